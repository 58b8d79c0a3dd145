"""What is shown as it is now: active runs, new results, from one look at the project for all widgets."""
