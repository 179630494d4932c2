#!/usr/bin/env python3
"""Writes the generated mails of the corpus: the same bytes every time. Mails written by hand are left alone.

`generate.py` writes, `generate.py --check` says which files differ. Everything is in Python's standard library.
"""

import importlib
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE / "source"))
sys.dont_write_bytecode = True

import kit  # noqa: E402


def main():
    for source in sorted((HERE / "source").glob("*.py")):
        if source.stem != "kit":
            importlib.import_module(source.stem)
    check = "--check" in sys.argv
    differing = 0
    for name, (raw, expected) in sorted(kit.MAILS.items()):
        for path, content in ((HERE / f"{name}.eml", raw), (HERE / f"{name}.toml", expected.encode())):
            if path.exists() and path.read_bytes() == content:
                continue
            differing += 1
            if check:
                print(f"{path.relative_to(HERE)} differs")
            else:
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(content)
    print(f"{len(kit.MAILS)} mails, {differing} files {'differ' if check else 'written'}")
    return 1 if check and differing else 0


if __name__ == "__main__":
    sys.exit(main())
