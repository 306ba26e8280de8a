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


LEFT_OUT = 0.7
"""Length, as a share of the cosine that is needed, of a row's commonest n-grams that are compared late."""


@compiled
def nearest(
    buckets: NDArray[np.uint32],
    weights: NDArray[np.float32],
    offsets: NDArray[np.int64],
    needed: NDArray[np.float32],
    starts: NDArray[np.int64],
    problems: NDArray[np.int32],
    problem_weights: NDArray[np.float32],
    own_buckets: NDArray[np.uint32],
    own_weights: NDArray[np.float32],
    own_offsets: NDArray[np.int64],
    least: NDArray[np.float32],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Row, problem and cosine of each pair whose cosine is at least the row's `needed` and the problem's `least`.

    A row's commonest n-grams stand in most problems. Those that weigh `LEFT_OUT` together bring no problem in; who is
    in is compared whole (prefix filtering: Bayardo, Ma, Srikant 2007).
    """
    rows, near, cosines = (
        [np.int64(0) for _ in range(0)],
        [np.int64(0) for _ in range(0)],
        [np.float32(0) for _ in range(0)],
    )
    sums, touched = np.zeros(len(least), np.float32), np.empty(len(least), np.int64)
    dense = np.zeros(len(starts), np.float32)
    for row in range(len(offsets) - 1):
        first, last, count, left = offsets[row], offsets[row + 1], 0, np.float32(0)
        if last == first:
            continue
        lengths = np.empty(last - first, np.int64)
        for place in range(first, last):
            bucket = buckets[place]
            dense[bucket] = weights[place]
            lengths[place - first] = starts[bucket] - starts[bucket + 1]
        order = first + np.argsort(lengths)
        begin, most = 0, np.float32(LEFT_OUT * needed[row]) ** 2
        while begin < len(order) and left + weights[order[begin]] ** 2 <= most:
            left += weights[order[begin]] ** 2
            begin += 1
        for number in range(begin, len(order)):
            place = order[number]
            bucket = buckets[place]
            for entry in range(starts[bucket], starts[bucket + 1]):
                problem = problems[entry]
                if sums[problem] == 0:
                    touched[count] = problem
                    count += 1
                sums[problem] += weights[place] * problem_weights[entry]
        left = np.sqrt(left)
        for number in range(count):
            problem = touched[number]
            wanted = max(least[problem], needed[row])
            if sums[problem] + left >= wanted:
                cosine = np.float32(0)
                for place in range(own_offsets[problem], own_offsets[problem + 1]):
                    cosine += dense[own_buckets[place]] * own_weights[place]
                if cosine >= wanted:
                    rows.append(np.int64(row))
                    near.append(problem)
                    cosines.append(cosine)
            sums[problem] = 0
        for place in range(first, last):
            dense[buckets[place]] = 0
    return np.array(rows, np.int64), np.array(near, np.int64), np.array(cosines, np.float32)
