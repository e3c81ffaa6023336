using System.Numerics.Tensors;
using Vitrina.Engine.Models.Factors;
using Vitrina.Engine.Statistics.Groups;
using Vitrina.Kernels.Selection;

namespace Vitrina.Engine.Features;

/// <summary>What learned factors and links say about each group for one person. Reused between requests; not thread-safe.</summary>
/// <remarks>Cost: one system of the factors' size, a product of all groups' factors with the person's, and the links of the person's last steps.</remarks>
internal sealed class LearnedGroups
{
    private const int Block = 16;
    private readonly int[] _rows = new int[Math.Max(GroupFactors.MostFoldedIn, GroupFactors.MostSteps)];
    private readonly TopK _best = new();
    private FactorSystem? _system;
    private float[] _scores = [];
    private GroupFactors? _model;
    private GroupFactors.Places _places = null!;

    /// <summary>True when the person took to a group that the factors know.</summary>
    public bool HasFactors { get; private set; }

    /// <summary>The largest score by factors; 0 when none is above.</summary>
    public float MaxFactor { get; private set; }

    /// <summary>How strongly links foretell each group as the next one.</summary>
    public SparseScores Links { get; } = new();

    /// <summary>Asks a model about a person.</summary>
    /// <param name="signals">What is known of the person.</param>
    /// <param name="model">The model; null = none serves.</param>
    /// <param name="names">The words of the grouping's attribute.</param>
    public void Compute(GroupSignals signals, GroupFactors? model, Kernels.Collections.SymbolTable names)
    {
        _model = model;
        (HasFactors, MaxFactor) = (false, 0);
        Links.Clear(signals.View.GroupCount);
        if (model is not null)
        {
            _places = model.PlacesIn(names, signals.View.GroupCount);
            FoldIn(signals, model);
            Follow(signals, model);
        }
    }

    private void FoldIn(GroupSignals signals, GroupFactors model)
    {
        var count = 0;
        foreach (ref readonly var own in signals.Own)
        {
            if (own.Order > 0 && count < GroupFactors.MostFoldedIn && _places.RowOf[own.Group] is >= 0 and var row)
            {
                _rows[count++] = row;
            }
        }

        if (count == 0)
        {
            return;
        }

        if (_system?.Dimensions != model.Factors.Dimensions)
        {
            _system = new FactorSystem(model.Factors.Dimensions);
        }

        if (_scores.Length != model.Groups.Count)
        {
            _scores = new float[model.Groups.Count];
        }

        GroupFactors.ScoreByFactors(model.Factors, _rows.AsSpan(0, count), _system, _scores);
        (HasFactors, MaxFactor) = (true, Math.Max(0, TensorPrimitives.Max<float>(_scores)));
    }

    private void Follow(GroupSignals signals, GroupFactors model)
    {
        var step = 0;
        foreach (var group in signals.Steps(_rows.AsSpan(0, GroupFactors.MostSteps)))
        {
            var weight = GroupFactors.WeightOfStep(step++);
            var row = _places.RowOf[group];
            for (var link = row < 0 ? 0 : model.LinkStarts[row]; row >= 0 && link < model.LinkStarts[row + 1]; link++)
            {
                if (_places.GroupOf[model.LinkTargets[link]] is >= 0 and var target && target < signals.View.GroupCount)
                {
                    Links.Add(target, weight * model.LinkWeights[link]);
                }
            }
        }

        Links.Finish();
    }

    /// <summary>A group's score by factors; NaN without a history that they know, and for a group that they do not.</summary>
    public float FactorOf(int group) => HasFactors && _places.RowOf[group] is >= 0 and var row ? _scores[row] : float.NaN;

    /// <summary>The person's step that foretells a group most, with its share of all that speaks for the group; -1 without any.</summary>
    public (int Group, double Share) StrongestStep(GroupSignals signals, int target)
    {
        var (strongest, most, all, step) = (-1, 0.0, 0.0, 0);
        foreach (var group in signals.Steps(_rows.AsSpan(0, GroupFactors.MostSteps)))
        {
            var own = GroupFactors.WeightOfStep(step++) * LinkOf(group, target);
            all += Math.Max(0, own);
            (strongest, most) = own > most ? (group, own) : (strongest, most);
        }

        return (strongest, all > 0 ? most / all : 0);
    }

    private float LinkOf(int group, int target)
    {
        var (row, to) = (_places.RowOf[group], _places.RowOf[target]);
        for (var link = row < 0 || to < 0 ? 0 : _model!.LinkStarts[row]; row >= 0 && to >= 0 && link < _model!.LinkStarts[row + 1]; link++)
        {
            if (_model.LinkTargets[link] == to)
            {
                return _model.LinkWeights[link];
            }
        }

        return 0;
    }

    private void Offer(GroupView view, ReadOnlySpan<float> scores, ReadOnlySpan<int> groups, float least)
    {
        for (var row = 0; row < scores.Length; row++)
        {
            if (scores[row] >= least && groups[row] >= 0 && groups[row] < view.GroupCount && view.Members.CountOf(groups[row]) > 0)
            {
                _best.Offer(groups[row], scores[row]);
                least = Math.Max(_best.Threshold, least);
            }
        }
    }

    /// <summary>The best groups by factors that have items, best first.</summary>
    /// <param name="view">The grouping.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="groups">Receives them, shape [limit].</param>
    /// <param name="scores">Receives their scores, shape [limit].</param>
    /// <returns>How many there are.</returns>
    public int Best(GroupView view, int limit, Span<int> groups, Span<float> scores)
    {
        if (!HasFactors)
        {
            return 0;
        }

        _best.Reset(limit);
        for (var first = 0; first < _scores.Length; first += Block)
        {
            // Most blocks hold nothing that the best ones would let in.
            var block = _scores.AsSpan(first, Math.Min(Block, _scores.Length - first));
            var least = Math.Max(_best.Threshold, float.Epsilon);
            if (TensorPrimitives.Max<float>(block) >= least)
            {
                Offer(view, block, _places.GroupOf.AsSpan(first, block.Length), least);
            }
        }

        return _best.DrainDescending(groups, scores);
    }
}
