using Vitrina.Experimentation.Reports;
using Vitrina.Experimentation.Statistics;

namespace Vitrina.Experimentation.Units;

/// <summary>A metric that the treatment must not harm: the worst relative change that is tolerated.</summary>
/// <param name="Metric">A metric of the analysis.</param>
/// <param name="Margin">−0.01: the lift must be shown to be above −1 %; 0.02 (latency, cancellations): to be below +2 %. Not 0.</param>
/// <remarks>
/// Non-inferiority by a one-sided interval: the guardrail holds when the whole interval lies on the good side of the margin. Not adjusted for
/// many metrics: each guardrail can only stop a launch (spec: Experiments, B16).
/// </remarks>
public sealed record Guardrail(string Metric, double Margin)
{
    internal void AddTo(Comparison comparison, ArmMoments control, ArmMoments treatment, Level level)
        => comparison.Estimates["nonInferiority"] = ArmComparison.Lift(control, treatment, level with { Alternative = Margin < 0 ? Alternative.Greater : Alternative.Less }).With(("margin", Margin));

    internal Check Judge(Comparison comparison)
    {
        var estimate = comparison.Estimates["nonInferiority"];
        var name = $"guardrail {Metric}";
        if (!estimate.IsInference)
        {
            return new Check(name, null, $"Guardrail {Metric}: {estimate.NoInference}.");
        }

        var (isLower, bound) = (Margin < 0, Margin < 0 ? estimate.Low : estimate.High);
        var isHeld = isLower ? bound > Margin : bound < Margin;
        var side = isLower ? "at least" : "at most";
        return new Check(name, isHeld, $"Guardrail {Metric}: the lift in {comparison.Treatment} is {side} {Words.Percent(bound)}, "
            + $"{Words.Percent(Margin)} is tolerated: {(isHeld ? "held" : "not shown to hold")}.")
        {
            Figures = new Dictionary<string, double> { ["bound"] = bound, ["margin"] = Margin },
        };
    }
}
