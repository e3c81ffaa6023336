#!/usr/bin/env python3
"""Trains XGBoost or scikit-learn on arrays that Vitrina wrote, and prints one JSON object. Usage: gradient_boosting.py METHOD FOLDER OPTIONS-AS-JSON

FOLDER holds train_x.f32, train_y.f32, train_groups.i32 and test_x.f32; with "valid": true also valid_x.f32, valid_y.f32, valid_groups.i32
(row-major floats; sizes of consecutive lists). Scores of the test rows are written to FOLDER/scores.f32. One thread.
"""
import json
import resource
import sys
import time

import numpy as np


def load(folder, part, features):
    x = np.fromfile(f"{folder}/{part}_x.f32", np.float32).reshape(-1, features)
    if part == "test":
        return x, None, None
    return x, np.fromfile(f"{folder}/{part}_y.f32", np.float32), np.fromfile(f"{folder}/{part}_groups.i32", np.int32)


def xgboost(folder, options):
    import xgboost as xgb

    x, y, groups = load(folder, "train", options["features"])
    train = xgb.DMatrix(x, y, nthread=1)
    train.set_group(groups)
    parameters = dict(
        objective="rank:ndcg", tree_method="hist", grow_policy="lossguide", max_leaves=options["leaves"], max_depth=0, max_bin=256,
        eta=options["learning_rate"], min_child_weight=1, nthread=1, seed=options["seed"], eval_metric="ndcg@10")
    extra = {}
    if options.get("valid"):
        vx, vy, vgroups = load(folder, "valid", options["features"])
        valid = xgb.DMatrix(vx, vy, nthread=1)
        valid.set_group(vgroups)
        extra = dict(evals=[(valid, "valid")], early_stopping_rounds=options["early_stopping_trees"], verbose_eval=False)
    started = time.perf_counter(), time.process_time()
    model = xgb.train(parameters, train, options["trees"], **extra)
    seconds = time.perf_counter() - started[0], time.process_time() - started[1]
    test, _, _ = load(folder, "test", options["features"])
    span = (0, model.best_iteration + 1) if extra else (0, 0)
    return seconds, lambda rows: model.inplace_predict(rows, iteration_range=span), test, lambda rows: model.predict(
        xgb.DMatrix(rows, nthread=1), pred_contribs=True, iteration_range=span)


def sklearn(folder, options):
    from sklearn.ensemble import HistGradientBoostingRegressor

    x, y, _ = load(folder, "train", options["features"])
    model = HistGradientBoostingRegressor(
        max_iter=options["trees"], learning_rate=options["learning_rate"], max_leaf_nodes=options["leaves"], min_samples_leaf=20,
        max_bins=255, early_stopping=False, random_state=options["seed"])
    started = time.perf_counter(), time.process_time()
    model.fit(x, y)
    seconds = time.perf_counter() - started[0], time.process_time() - started[1]
    test, _, _ = load(folder, "test", options["features"])
    return seconds, model.predict, test, None


def main():
    method, folder, options = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    seconds, predict, test, contributions = {"xgboost": xgboost, "sklearn": sklearn}[method](folder, options)
    times = []
    for _ in range(3):
        started = time.perf_counter()
        scores = predict(test)
        times.append(time.perf_counter() - started)
    np.asarray(scores, np.float32).tofile(f"{folder}/scores.f32")
    result = {"train_seconds": seconds[0], "train_cpu_seconds": seconds[1], "score_us_per_row": sorted(times)[1] / len(test) * 1e6}
    if contributions is not None and options.get("shap_rows", 0) > 0:
        rows = test[: options["shap_rows"]]
        started = time.perf_counter()
        contributions(rows)
        result["shap_us_per_row"] = (time.perf_counter() - started) / len(rows) * 1e6
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result))


main()
