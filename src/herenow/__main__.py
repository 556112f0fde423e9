"""The command `herenow`, which is also `python -m herenow`."""

import gc


def main() -> None:
    """Imports without the search for garbage, which takes a tenth of a start: no module leaves any. The search begins
    in `run.loop.in_loop`, where every command does its work."""
    gc.disable()
    from herenow.cli import main as command

    command()


if __name__ == "__main__":
    main()
