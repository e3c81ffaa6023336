using Vitrina.Engine.Models.Factors;
using Vitrina.Learning.Recommending.Factors;

namespace Vitrina.Learning.Recommending.Sources;

/// <summary>How factors are fitted and asked.</summary>
public sealed record FactorSourceOptions
{
    /// <summary>How factors are trained.</summary>
    public FactorOptions Training { get; init; } = new() { Unobserved = 0.03, RidgeExponent = 0.8 };

    /// <summary>Steps of the history over which a weight falls to 1/e when a person is folded in. Default: 6.</summary>
    public double QueryDecay { get; init; } = 6;
}

/// <summary>Scores items by factors from implicit feedback; whoever asks is folded in.</summary>
public sealed class FactorSource : ItemSource
{
    // A weight of the fold-in must stay above 0; older items than this say nothing.
    private const float LeastWeight = 1e-3f;

    // After so many nobody's order changes (decision 0063).
    private const int FoldInSteps = 12;
    private readonly FactorModel _model;
    private readonly RecencyWeights _recency;

    [ThreadStatic]
    private static (FactorSystem System, int Dimensions) t_system;

    /// <summary>Fits factors.</summary>
    /// <param name="known">What people did.</param>
    /// <param name="options">Settings.</param>
    /// <param name="candidates">How many of its best items are candidates of the re-ranker.</param>
    public FactorSource(ItemSequences known, FactorSourceOptions options, int candidates)
        : base("ials", candidates)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(options);
        CsrMatrix events = CsrRows.Build(known.Count, known.ItemCount, int.MaxValue, (sequence, sums) =>
        {
            foreach (int item in known[sequence])
            {
                if (sums[item] == 0)
                {
                    sums.Add(item, 1);
                }
            }
        });
        _model = ImplicitFactors.Fit(events.RowStarts, events.Columns, [], known.ItemCount, options.Training);
        _recency = new RecencyWeights(options.QueryDecay);
    }

    /// <inheritdoc/>
    public override void Score(ReadOnlySpan<int> history, Span<float> scores)
    {
        int reach = _recency.Reach(history.Length);
        while (reach > 0 && _recency[reach - 1] < LeastWeight)
        {
            reach--;
        }

        if (reach == 0)
        {
            scores.Clear();
            return;
        }

        if (t_system.System is null || t_system.Dimensions != _model.Dimensions)
        {
            t_system = (new FactorSystem(_model.Dimensions), _model.Dimensions);
        }

        float[] weights = new float[reach], person = new float[_model.Dimensions];
        for (int step = 0; step < reach; step++)
        {
            weights[step] = _recency[reach - 1 - step];
        }

        _model.FoldIn(history[^reach..], weights, t_system.System, person, FoldInSteps);
        _model.Score(person, scores);
    }
}
