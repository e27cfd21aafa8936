"""`python -m deploy.messages [LANGUAGE]` updates the catalogues, or begins one."""

import sys

from deploy.messages import empty_texts, extracted, updated
from services.enrollment.i18n import LANGUAGES, SOURCE


def main() -> int:
    """Update all catalogues, or begin one of a new language."""
    template = extracted()
    for language in sys.argv[1:] or [code for code in LANGUAGES if code != SOURCE]:
        catalogue = updated(language, template)
        print(f"{language}: {len(catalogue)} texts, {len(empty_texts(catalogue))} to be translated")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
