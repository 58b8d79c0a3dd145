"""How good the fusion is: measures of skill, and estimates of days and sites that it has not learned from."""
