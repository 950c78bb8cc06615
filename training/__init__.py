"""Trains, quantises and judges the two models that ship with thimble. Not part of the product."""
