"""The names that from-scratch courses use (TwoLayerNet, Affine, SGD(lr), ...), a facade on the engine."""
