using Vitrina.Engine.Catalog;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>One cell of what is known about an offer, by where it comes from.</summary>
/// <param name="Own">The item in its present state.</param>
/// <param name="Transferred">The item in its other states, weighted by W.</param>
/// <param name="Match">The other items of the match group, weighted by W.</param>
/// <param name="Type">The other items of the type, weighted by W.</param>
public readonly record struct OfferCounts(double Own, double Transferred, double Match, double Type);

/// <summary>Everything that is known about one item's offer, computed the plain way: for answers to people, and the oracle of the features.</summary>
public sealed class OfferReading
{
    private readonly OffersView _offers;
    private readonly CounterView _counts;
    private readonly Item _item;
    private readonly TransferMatrix _matrix;

    /// <summary>Reads an item's offer.</summary>
    /// <param name="offers">The vertical's offers.</param>
    /// <param name="counts">The counters by offer.</param>
    /// <param name="item">The item.</param>
    /// <param name="region">The buyer's region; null = everywhere.</param>
    /// <param name="names">The words behind keyword ordinals, by slot.</param>
    public OfferReading(OffersView offers, CounterView counts, Item item, string? region, SymbolTable[] names)
    {
        ArgumentNullException.ThrowIfNull(offers);
        ArgumentNullException.ThrowIfNull(item);
        (_offers, _counts, _item) = (offers, counts, item);
        _matrix = offers.MatrixOf(offers.Traits.TypeOf(item), names);
        State = offers.StateOf(item, region);
    }

    /// <summary>The present state.</summary>
    public OfferState State { get; }

    /// <summary>The states in which the item was seen, with W of each into the present one, in the order of their numbers.</summary>
    public IEnumerable<(OfferState State, double Weight)> States => Own()
        .Select(condition => _offers.StateOf(_offers.Conditions[condition])).Distinct().OrderBy(state => state.Index).Select(state => (state, _matrix[state, State]));

    /// <summary>The item's own count in a state.</summary>
    public int CountIn(OfferState state, int window, int metric) =>
        Own().Where(condition => _offers.StateOf(_offers.Conditions[condition]) == state).Sum(condition => CountOf(condition, window, metric));

    /// <summary>One count, by where it comes from.</summary>
    public OfferCounts Count(int window, int metric)
    {
        var (own, transferred, ofType, ofGroup) = (0.0, 0.0, 0.0, 0.0);
        var (type, group) = (_offers.Traits.TypeOf(_item), _offers.GroupOf(_item));
        foreach (var condition in Own())
        {
            var of = _offers.Conditions[condition];
            var state = _offers.StateOf(of);
            var count = _matrix[state, State] * CountOf(condition, window, metric);
            (own, transferred) = state == State ? (own + count, transferred) : (own, transferred + count);
            ofType += of.Type == type ? count : 0;
            ofGroup += _offers.Traits.FindsGroups || of.Group == group ? count : 0;
        }

        return new OfferCounts(own, transferred, Others(_offers.Groups, group, window, metric, ofGroup), Others(_offers.Types, type, window, metric, ofType));
    }

    /// <summary>A rate by nested empirical Bayes.</summary>
    public NestedRate Rate(int window, int of, int per)
    {
        var (successes, trials) = (Count(window, of), Count(window, per));
        return NestedRate.Of(
            new RateEvidence(successes.Own, trials.Own),
            new RateEvidence(successes.Transferred, trials.Transferred),
            new RateEvidence(successes.Match, trials.Match),
            new RateEvidence(successes.Type, trials.Type),
            _offers.Transfer.Strengths);
    }

    private IEnumerable<int> Own()
    {
        for (var at = _offers.Conditions.NewestOf(_item.Ordinal); at >= 0; at = _offers.Conditions[at].Next)
        {
            yield return at;
        }
    }

    private int CountOf(int condition, int window, int metric) => _counts.Count(_counts.Find(StatisticKey.Offer.Of(null, -1, 0, condition)), window, metric);

    private double Others(StateCellsView cells, int owner, int window, int metric, double own)
    {
        var sum = 0.0;
        for (var state = 0; owner >= 0 && state < OfferState.Count; state++)
        {
            sum += _matrix[OfferState.Of(state), State] * cells.Count(cells.Find(owner, state), window, metric);
        }

        return Math.Max(0, sum - own);
    }
}
