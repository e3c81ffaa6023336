"""Factors of implicit feedback by alternating least squares in numpy and scipy: conjugate gradients for all rows of a side at once.

Usage: factors.py FOLDER OPTIONS. FOLDER holds starts.i32 and columns.i32, the interactions by user; OPTIONS is JSON with dimensions, iterations,
unobserved, ridge, ridge_exponent, steps, spread, items and seed. Leaves users.f32 and items.f32 in the folder and prints its figures as JSON.
"""
import json
import sys
import time

import numpy as np
import scipy.sparse as sparse

CHUNK = 200_000


def products(pattern, rows, x, v):
    """x_u . v_i for every interaction, in pieces that fit the cache's neighbourhood."""
    out = np.empty(pattern.nnz, np.float32)
    for start in range(0, pattern.nnz, CHUNK):
        part = slice(start, start + CHUNK)
        out[part] = np.einsum("ij,ij->i", x[rows[part]], v[pattern.indices[part]])
    return out


def solve(pattern, rows, x, v, o):
    gram = o["unobserved"] * (v.T @ v)
    seen = np.diff(pattern.indptr)
    ridge = (o["ridge"] * (seen + o["unobserved"] * v.shape[0]) ** o["ridge_exponent"]).astype(np.float32)[:, None]

    def times(y, target):
        sign = 1.0 if target == 0 else -1.0
        weights = target + sign * products(pattern, rows, y, v)
        part = sparse.csr_matrix((weights.astype(np.float32), pattern.indices, pattern.indptr), pattern.shape) @ v
        return part + np.float32(sign) * (y @ gram + ridge * y)

    residual = times(x, 1.0)
    direction = residual.copy()
    length = np.einsum("ij,ij->i", residual, residual)
    for _ in range(o["steps"]):
        product = times(direction, 0.0)
        stride = (length / np.maximum(np.einsum("ij,ij->i", direction, product), 1e-30))[:, None]
        x += stride * direction
        residual -= stride * product
        following = np.einsum("ij,ij->i", residual, residual)
        direction = residual + (following / np.maximum(length, 1e-30))[:, None] * direction
        length = following
    x[seen == 0] = 0


def main():
    folder, o = sys.argv[1], json.loads(sys.argv[2])
    starts = np.fromfile(f"{folder}/starts.i32", np.int32)
    columns = np.fromfile(f"{folder}/columns.i32", np.int32)
    users = sparse.csr_matrix((np.ones(len(columns), np.float32), columns, starts), (len(starts) - 1, o["items"]))
    items = users.T.tocsr()
    random = np.random.default_rng(o["seed"])
    scale = o["spread"] / np.sqrt(o["dimensions"])
    x = (scale * random.standard_normal((users.shape[0], o["dimensions"]))).astype(np.float32)
    v = (scale * random.standard_normal((o["items"], o["dimensions"]))).astype(np.float32)
    user_rows = np.repeat(np.arange(users.shape[0]), np.diff(users.indptr))
    item_rows = np.repeat(np.arange(items.shape[0]), np.diff(items.indptr))
    seconds = []
    for _ in range(o["iterations"]):
        began = time.perf_counter()
        solve(users, user_rows, x, v, o)
        solve(items, item_rows, v, x, o)
        seconds.append(time.perf_counter() - began)
    x.astype(np.float32).tofile(f"{folder}/users.f32")
    v.astype(np.float32).tofile(f"{folder}/items.f32")
    print(json.dumps({"iteration_seconds": float(np.median(seconds))}))


main()
