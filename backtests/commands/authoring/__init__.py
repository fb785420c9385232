"""Files that an author begins with: a new strategy, a draft of an article."""
