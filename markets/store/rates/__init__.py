"""Exchange rates beside the prices: the ECB's own history in the store, and who reads what."""
