"""The pages: HTML from what the tables and charts say."""
