"""What is kept on the device: the data folder, settings, backends and their tokens. Knows no network and no models."""
