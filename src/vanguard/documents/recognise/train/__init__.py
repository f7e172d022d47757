"""The recipe of the recognisers: pictures, net, training, file. Nothing that reads imports it."""
