"""The inner loops of `characters` and `reworded`, compiled."""

import numpy as np
from numpy.typing import NDArray

from assets.texts.compilation import compiled


@compiled
def hashed(
    points: NDArray[np.uint32],
    offsets: NDArray[np.int64],
    idf: NDArray[np.float32],
    shortest: int,
    longest: int,
) -> tuple[NDArray[np.uint32], NDArray[np.float32], NDArray[np.int64]]:
    """Buckets, weights and offsets of each row's n-grams; `points` are the rows' characters end to end."""
    size, rows = len(idf), len(offsets) - 1
    buckets = np.empty(len(points) * (longest - shortest + 1), np.uint32)
    weights = np.empty(len(buckets), np.float32)
    found = np.zeros(rows + 1, np.int64)
    counts, seen = np.zeros(size, np.float32), np.empty(len(buckets), np.uint32)
    end = 0
    for row in range(rows):
        first, last, kinds = offsets[row], offsets[row + 1], 0
        for start in range(first, last - shortest + 1):
            value = np.uint64(14695981039346656037)
            for place in range(start, min(start + longest, last)):
                value = (value ^ np.uint64(points[place])) * np.uint64(1099511628211)
                length = place - start + 1
                if length >= shortest:
                    bucket = (value ^ (value >> np.uint64(29))) % np.uint64(size)
                    if counts[bucket] == 0:
                        seen[kinds] = bucket
                        kinds += 1
                    counts[bucket] += 1
        total = 0.0
        for number in range(kinds):
            bucket = seen[number]
            weight = (1.0 + np.log(counts[bucket])) * idf[bucket]
            counts[bucket] = 0
            if weight > 0:
                buckets[end], weights[end] = bucket, weight
                total += weight * weight
                end += 1
        if total > 0:
            weights[found[row] : end] /= np.sqrt(total)
        found[row + 1] = end
    return buckets[:end], weights[:end], found


@compiled
def nearest(
    buckets: NDArray[np.uint32],
    weights: NDArray[np.float32],
    offsets: NDArray[np.int64],
    needed: NDArray[np.float32],
    starts: NDArray[np.int64],
    problems: NDArray[np.int32],
    problem_weights: NDArray[np.float32],
    least: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Row, problem and cosine of each pair whose cosine is at least the row's `needed` and the problem's `least`."""
    rows, near, cosines = (
        [np.int64(0) for _ in range(0)],
        [np.int64(0) for _ in range(0)],
        [np.float32(0) for _ in range(0)],
    )
    sums, touched = np.zeros(len(least), np.float32), np.empty(len(least), np.int64)
    for row in range(len(offsets) - 1):
        count = 0
        for place in range(offsets[row], offsets[row + 1]):
            bucket = buckets[place]
            for entry in range(starts[bucket], starts[bucket + 1]):
                problem = problems[entry]
                if sums[problem] == 0:
                    touched[count] = problem
                    count += 1
                sums[problem] += weights[place] * problem_weights[entry]
        for number in range(count):
            problem = touched[number]
            if sums[problem] >= max(least[problem], needed[row]):
                rows.append(np.int64(row))
                near.append(problem)
                cosines.append(np.float32(sums[problem]))
            sums[problem] = 0
    return np.array(rows, np.int64), np.array(near, np.int64), np.array(cosines, np.float32)
