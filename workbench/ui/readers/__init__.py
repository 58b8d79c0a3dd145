"""What holds for readers of published pages: what they may send, what they are sent, what their links keep."""
