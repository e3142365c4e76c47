from gradiente.reporting.headline import headline, result_measure


def facts(case, **changes):
    case = {**case, **changes}
    given = {name: case[name] for name in ("network", "history", "train", "test", "metrics")}
    return headline(**given, stopped=changes.get("stopped"))


def test_the_result_is_in_large_type(run):
    case = run("digits")
    assert f"<strong>{100 * case['metrics']['accuracy']:.2f}\u202f%</strong>" in facts(case)
    assert "0.40" in facts(case)  # 40 epochs of 0.01 s
    assert f"<dd>{case['network'].theta.size}</dd>" in facts(case)


def test_why_it_stopped_is_said_when_it_did(run):
    case = run("moons")
    assert "stopped" not in facts(case)
    assert "no better for 3 epochs &lt;" in facts(case, stopped="no better for 3 epochs <")


def test_without_a_finite_measure_there_is_no_result(run):
    assert result_measure({}) is None
    assert "<strong>" not in facts(run("moons"), metrics={})
