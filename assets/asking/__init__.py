"""Asking a model: prompts, requests and answers, their cost, and judging by a model; shared by the stages that ask."""
