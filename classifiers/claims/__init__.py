"""Known claims that come back: which one a post is about, and what it does with it."""
