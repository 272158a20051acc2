"""Runs Checkov over every folder in a folder, each on its own, and prints one JSON object: results by folder.

Checkov takes seconds to start, and looks for the NetworkPolicy of a pod in everything that it is given, whatever the
namespace: one run over all would let the policy of one set speak for the pods of another.

usage: checkov_sets.py FOLDER
"""

import json
import sys
from pathlib import Path

from checkov.kubernetes.runner import Runner
from checkov.runner_filter import RunnerFilter


def rows(records):
    return [{"id": one.check_id, "name": one.check_name, "file": one.file_path} for one in records]


def main(folder):
    results = {}
    for path in sorted(path for path in folder.iterdir() if path.is_dir()):
        report = Runner().run(str(path), runner_filter=RunnerFilter(framework=["kubernetes"]))
        results[path.name] = {
            "passed": rows(report.passed_checks),
            "failed": rows(report.failed_checks),
            "unread": report.parsing_errors,
        }
    json.dump(results, sys.stdout)


main(Path(sys.argv[1]))
