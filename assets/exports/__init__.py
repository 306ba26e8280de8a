"""Training rows handed on: chosen from one or several recipes, split, written in a trainer's form, and recorded.

`rows` reads what an export is made of, `choice` says which rows stay and why others leave (`lengths`, `split`,
`mixture`), `forms` turns them into the columns that trainers read, `writing` into a folder in Hugging Face's layout,
with `card` and `notice` beside; `record` keeps in the store which rows were handed on.
"""
