"""The three presets, what each costs, and the settings behind them."""

from threading import Event as Flag

import pytest

from app.core.tuning import Preset
from app.core.tuning_services import Place
from app.domain.backend import Backend
from app.domain.errors import BackendError
from app.ui.preferences import Preferences
from app.ui.tuning.advanced import layers_of
from app.ui.tuning.window import TuningWindow
from tests.gui.surfaces import until
from tests.gui.tuning.conftest import read, to_learned, to_plan
from tests.sim.scripted_tuning import ScriptedTuning

ELSEWHERE = Place(Backend("gpu", "https://gpu.example:8443", "s3cret-token"), "small")


def test_each_preset_says_what_it_costs(wizard: TuningWindow, services: ScriptedTuning) -> None:
    to_plan(wizard)
    quick, thorough = (wizard.plan.cards[preset].facts.text() for preset in (Preset.QUICK, Preset.THOROUGH))
    assert "about 3 to 5 minutes" in quick
    assert "620 MB of memory" in quick
    assert "Chats stay as fast" in quick
    assert "2.4 times as long (3 round trips a token)" in thorough
    assert "cannot become an ordinary LoRA adapter" in quick
    assert wizard.plan.cards[Preset.QUICK].accessibleDescription().endswith(quick)
    assert len(services.probed) == 3


@pytest.mark.allow_warning_logs
def test_a_start_for_a_backend_that_is_no_longer_in_use_estimates_anew_and_says_so(
    wizard: TuningWindow, services: ScriptedTuning
) -> None:
    to_plan(wizard)
    plan = wizard.plan
    plan.cards[Preset.THOROUGH].click()
    plan.name.setText("Mine")
    plan.advanced.steps.setValue(77)
    services.here, services.layers = ELSEWHERE, {"small": 12}
    wizard.next.click()
    until(lambda: services.asked[-1] == ELSEWHERE and wizard.next.isEnabled())
    assert services.started == []
    assert wizard.page is plan
    assert "Another backend or model is in use now." in plan.notice.text
    assert plan.notice.isVisible()
    assert (plan.preset, plan.name.text(), plan.advanced.settings.steps) == (Preset.THOROUGH, "Mine", 77)
    assert all("minutes" in card.facts.text() for card in plan.cards.values())
    wizard.next.click()
    until(lambda: bool(services.started))
    settings = services.started[0].settings
    assert layers_of(settings.plan) == 12
    assert settings.steps == 77


def test_another_model_chosen_in_the_settings_is_estimated_at_once(
    wizard: TuningWindow, services: ScriptedTuning, preferences: Preferences
) -> None:
    to_plan(wizard)
    plan = wizard.plan
    plan.advanced.groups.setCurrentIndex(plan.advanced.groups.findData(30))
    services.here, services.layers = ELSEWHERE, {"small": 12}
    preferences.update(model_id="small")
    assert not wizard.next.isEnabled()
    until(lambda: wizard.next.isEnabled())
    assert services.asked[-1] == ELSEWHERE
    assert "Another backend or model is in use now." in plan.notice.text
    assert len(plan.advanced.settings.plan.taps) == 12, "every layer by itself, as was chosen"
    asked = len(services.asked)
    preferences.update(adapter="/0123")
    wizard.back.click()
    assert plan.notice.isHidden()
    wizard.next.click()
    assert wizard.next.isEnabled()
    assert len(services.asked) == asked


def test_one_chosen_while_the_window_is_closed_is_estimated_when_it_is_back(
    wizard: TuningWindow, services: ScriptedTuning, preferences: Preferences
) -> None:
    to_plan(wizard)
    wizard.close()
    services.here = ELSEWHERE
    preferences.update(model_id="small")
    assert len(services.asked) == 1
    wizard.open_where_it_stands()
    until(lambda: len(services.asked) == 2 and wizard.next.isEnabled())
    assert "Another backend or model is in use now." in wizard.plan.notice.text


def test_an_estimate_can_be_stopped_and_training_started_without_it(
    wizard: TuningWindow, services: ScriptedTuning
) -> None:
    to_learned(wizard)
    services.gate = Flag()
    wizard.next.click()
    until(lambda: wizard.plan.fold.isEnabled())
    assert not wizard.next.isEnabled()
    wizard.plan.work.cancel_button.click()
    services.gate.set()
    until(lambda: wizard.plan.work.words == "Stopped.")
    assert "Not estimated yet." in wizard.plan.cards[Preset.QUICK].facts.text()
    assert wizard.plan.again.isVisible()
    assert wizard.next.isEnabled()
    wizard.plan.again.click()
    until(lambda: "minutes" in wizard.plan.cards[Preset.QUICK].facts.text())
    assert not wizard.plan.again.isVisible()


@pytest.mark.allow_warning_logs
def test_a_backend_that_cannot_be_reached_is_said_and_asked_again(
    wizard: TuningWindow, services: ScriptedTuning
) -> None:
    to_learned(wizard)
    services.errors.append(BackendError("The backend is gone.", "Start it."))
    wizard.next.click()
    until(lambda: "The backend is gone." in wizard.plan.work.words)
    assert "Start it." in wizard.plan.work.words
    assert not wizard.next.isEnabled()
    wizard.plan.again.click()
    until(lambda: wizard.next.isEnabled())


def test_own_settings_start_without_a_preset_and_can_be_reset(wizard: TuningWindow, services: ScriptedTuning) -> None:
    to_plan(wizard)
    advanced, plan = wizard.plan.advanced, wizard.plan
    plan.fold.button.click()
    before = advanced.settings
    assert not advanced.is_changed
    advanced.groups.setCurrentIndex(advanced.groups.findData(30))
    assert "ordinary LoRA adapter, which PEFT" in plan.own.text()
    assert "30 round trips a token" in read(advanced)
    assert advanced.settings.device_layers == 0
    assert "computed on this computer" not in read(advanced)
    advanced.rank.setValue(16)
    advanced.seed.setValue(7)
    assert [tap.r_down for tap in advanced.settings.plan.taps] == [16] * 30
    assert [tap.layer for tap in advanced.settings.plan.taps] == list(range(30))
    advanced.measure.click()
    until(lambda: "minutes" in plan.own.text())
    advanced.reset.click()
    assert advanced.settings == before
    assert plan.own.isHidden()
    advanced.steps.setValue(33)
    wizard.next.click()
    until(lambda: bool(services.started))
    assert services.started[0].preset is None
    assert services.started[0].settings.steps == 33


def test_other_steps_have_their_own_warm_up_and_their_own_tests(wizard: TuningWindow) -> None:
    to_plan(wizard)
    advanced = wizard.plan.advanced
    before = advanced.settings
    for steps, warmup, every in ((10 * before.steps, before.steps, 10 * before.steps // 12), (60, 6, 5), (3, 1, 3)):
        advanced.steps.setValue(steps)
        settings = advanced.settings
        assert (settings.steps, settings.warmup_steps, settings.evaluate_every) == (steps, warmup, every)
    advanced.steps.setValue(before.steps)
    assert advanced.settings == before


def test_groups_of_layers_lie_behind_those_that_the_device_runs_itself(wizard: TuningWindow) -> None:
    to_plan(wizard)
    advanced = wizard.plan.advanced
    wizard.plan.fold.button.click()
    assert [advanced.groups.itemData(place) for place in range(advanced.groups.count())] == [1, 2, 3, 6, 30]
    assert "The first 2 layers are also computed on this computer" in read(advanced)
    for groups in (1, 2, 3, 6):
        advanced.groups.setCurrentIndex(advanced.groups.findData(groups))
        for rank in (192, 128, 16):
            advanced.rank.setValue(rank)
            settings = advanced.settings
            assert settings.device_layers == 2
            assert settings.plan.round_trips == groups
            assert settings.plan.taps[0].r_up == rank
            assert {target.layer for tap in settings.plan.taps for target in tap.targets} == set(range(2, 30))


def test_rates_are_shown_in_thousandths_and_may_be_changed(wizard: TuningWindow) -> None:
    to_plan(wizard)
    advanced = wizard.plan.advanced
    before = advanced.settings
    assert (advanced.rate.value(), advanced.head_rate.value()) == (6, 3)
    advanced.rate.stepUp()
    assert advanced.settings.learning_rate == pytest.approx(before.learning_rate + 5e-4)
    advanced.rate.stepDown()
    assert advanced.settings == before


def test_fields_keep_to_what_makes_sense(wizard: TuningWindow) -> None:
    to_plan(wizard)
    advanced = wizard.plan.advanced
    for field, wrong in ((advanced.rank, 5000), (advanced.window_tokens, 100_000), (advanced.patience, 0)):
        field.setValue(wrong)
    settings = advanced.settings
    assert settings.plan.taps[0].r_down == 192
    assert settings.window == 256
    assert settings.patience == 1
