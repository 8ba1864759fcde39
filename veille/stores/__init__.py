"""Where posts, readings, labels and decisions live and are searched."""
