-- Which parts of the row cache would no recipe that is on use, how large are they, and who used them last?
SELECT space, files, rows, megabytes, last_used, last_user
FROM cache_spaces
WHERE NOT wanted
ORDER BY megabytes DESC, space
