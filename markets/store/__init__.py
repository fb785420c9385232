"""The local store of prices, what was restated in it, and what runs read."""
