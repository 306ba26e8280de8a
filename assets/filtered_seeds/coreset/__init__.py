"""Coreset: a given number of rows that cover all the others as closely as a greedy choice can.

`k_center` is the algorithm over a matrix, `select` the step over a frame with ids and evidence, `picture` the
two-dimensional view of what was chosen. Embeddings come from `resources.embedder`, through the row cache.
Method: farthest-point greedy (Gonzalez 1985; Sener and Savarese 2018), as WaveCoder applies it to code.
"""
