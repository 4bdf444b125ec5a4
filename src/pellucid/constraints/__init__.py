"""What a parameter is held to after each update, by Keras' names."""
