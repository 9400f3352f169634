"""Writing a test set of one's own."""

from qa.testset.check import Checked, Finding, check_testset, lines_of_ids
from qa.testset.form import check_form, form, runs_as_formula
from qa.testset.merge import Merged, merge
from qa.testset.propose import Proposal, propose, why_none

__all__ = [
    "Checked",
    "Finding",
    "Merged",
    "Proposal",
    "check_form",
    "check_testset",
    "form",
    "lines_of_ids",
    "merge",
    "propose",
    "runs_as_formula",
    "why_none",
]
