using Vitrina.Engine;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models.Factors;
using Vitrina.Learning.Recommending.Factors;

namespace Vitrina.Learning.Replay;

/// <summary>The factors of groups that a list may be asked with: those of the last of a few moments before it, learned from what was done before that moment.</summary>
/// <remarks>As in service, where they are learned anew from time to time: a list never meets factors that have seen what followed it.</remarks>
internal sealed class FactorSchedule
{
    // Shares of the lists, by time, after which factors are learned; a tenth of the lists only warms statistics up.
    private static readonly double[] s_moments = [0.1, 0.3, 0.5, 0.7, 0.85];
    private readonly List<(long FromMs, IReadOnlyDictionary<string, GroupFactors> Factors)> _fitted = [];

    private FactorSchedule()
    {
    }

    /// <summary>Learns them; null for a surface that asks none.</summary>
    public static FactorSchedule? Of(IJournalStore journal, CompiledVertical vertical, JournalSurvey survey, CancellationToken cancellationToken)
    {
        if (vertical.Surfaces.GetValueOrDefault(survey.Surface) is not { Factors: { } name } || survey.Places.Count == 0)
        {
            return null;
        }

        var schedule = new FactorSchedule();
        var steps = PersonSteps.Of(journal, vertical, survey.Surface, null, cancellationToken);
        var times = survey.Places.Select(place => place.AtMs).Order().ToArray();
        foreach (var fromMs in s_moments.Select(share => times[(int)(share * times.Length)]).Distinct())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (GroupFactorTrainer.Fit(steps, fromMs) is { Factors: var factors })
            {
                schedule._fitted.Add((fromMs, new Dictionary<string, GroupFactors> { [name] = factors }));
            }
        }

        return schedule;
    }

    /// <summary>By name, what was learned last before a moment; empty before the first.</summary>
    public IReadOnlyDictionary<string, GroupFactors> At(long atMs)
    {
        for (var i = _fitted.Count - 1; i >= 0; i--)
        {
            if (_fitted[i].FromMs <= atMs)
            {
                return _fitted[i].Factors;
            }
        }

        return System.Collections.ObjectModel.ReadOnlyDictionary<string, GroupFactors>.Empty;
    }
}
