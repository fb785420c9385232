"""What a notebook calls besides `run` and `sweep`, and how our packages are told from a user's."""
