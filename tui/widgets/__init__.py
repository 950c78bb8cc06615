"""The parts of screens. Widgets draw what they are given and say what the user did."""
