"""Presidio set up so that it fetches nothing. The only file that imports presidio and spaCy; imported when first
needed.

- tldextract, which Presidio's mail recogniser asks, downloads the public suffix list: ours has the bundled snapshot
only and no cache on the disk, and it replaces the one that Presidio's modules hold.
- SpacyNlpEngine.load would ask pip for a missing model: it is given a loaded one.
- Only two recognisers are registered; the URL recogniser, which asks tldextract as well, is not.
"""

import importlib
import logging
from typing import Any


def build_analyzer(model: str) -> Any:
    """Raises ImportError, OSError (no such model) or ValueError."""
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)  # it names what it does not use
    import tldextract
    from presidio_analyzer import AnalyzerEngine, ContextAwareEnhancer, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
    from presidio_analyzer.predefined_recognizers import EmailRecognizer, SpacyRecognizer

    offline = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True)

    class OfflineMail(EmailRecognizer):
        def validate_result(self, pattern_text: str) -> bool:
            return bool(offline(pattern_text.rpartition("@")[2]).fqdn)

    names = NerModelConfiguration(
        model_to_presidio_entity_mapping={
            "PERSON": "PERSON", "PER": "PERSON", "ORG": "ORGANIZATION", "GPE": "LOCATION", "LOC": "LOCATION",
            "FAC": "LOCATION", "NORP": "NRP", "PRODUCT": "NRP", "WORK_OF_ART": "NRP",
        },
        labels_to_ignore=[
            "DATE", "TIME", "CARDINAL", "ORDINAL", "MONEY", "PERCENT", "QUANTITY", "LANGUAGE", "LAW", "EVENT",
        ],
    )  # fmt: skip

    class NoContext(ContextAwareEnhancer):
        """Scores play no part here, and looking for words beside every find takes as long as the model."""

        def enhance_using_context(
            self, text: str, raw_results: list[Any], *others: object, **more: object
        ) -> list[Any]:
            return raw_results

    engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": model}], ner_model_configuration=names)
    vars(engine)["nlp"] = {"en": _model(model)}  # typed as None, until its own load would fetch one
    registry = RecognizerRegistry(recognizers=[SpacyRecognizer(), OfflineMail()], supported_languages=["en"])
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=engine,
        supported_languages=["en"],
        context_aware_enhancer=NoContext(
            context_similarity_factor=0,
            min_score_with_context_similarity=0,
            context_prefix_count=0,
            context_suffix_count=0,
        ),
    )


def _model(name: str) -> Any:
    loaded = importlib.import_module(name).load(exclude=["parser", "tagger", "attribute_ruler", "lemmatizer"])
    loaded.max_length = 10_000_000
    return loaded
