"""Docstring quality, judged by the recipe's model: could the function be written again from its description?"""
