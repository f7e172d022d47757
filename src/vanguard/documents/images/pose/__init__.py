"""How a page lies in its picture: on a side, on its head, seen askew by a camera, within dark rims."""
