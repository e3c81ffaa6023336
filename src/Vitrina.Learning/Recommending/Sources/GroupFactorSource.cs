namespace Vitrina.Learning.Recommending.Sources;

/// <summary>Scores groups by factors of people and groups: a person is folded in from the groups of the last items.</summary>
public sealed class GroupFactorSource : ItemSource
{
    // As of a person's items, of which each has a few groups.
    private const double ItemDecay = 6;
    private readonly FactorSource _factors;
    private readonly CsrMatrix _groupsOf;

    /// <summary>Fits factors.</summary>
    /// <param name="known">What people did, over items.</param>
    /// <param name="groups">Groups of the items.</param>
    /// <param name="candidates">How many of its best groups are candidates of the re-ranker.</param>
    public GroupFactorSource(ItemSequences known, ItemAttributes groups, int candidates)
        : base("ials", candidates)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(groups);
        _groupsOf = groups.ByItem;
        ItemSequences ofGroups = new(groups.Count, [.. Enumerable.Range(0, known.Count).Select(sequence => GroupsOf(known[sequence]))]);
        double groupsOfItem = Math.Max(1, (double)_groupsOf.EntryCount / Math.Max(1, known.ItemCount));
        _factors = new FactorSource(ofGroups, new FactorSourceOptions { QueryDecay = ItemDecay * groupsOfItem }, candidates);
    }

    /// <inheritdoc/>
    public override void Score(ReadOnlySpan<int> history, Span<float> scores) => _factors.Score(GroupsOf(history), scores);

    private int[] GroupsOf(ReadOnlySpan<int> items)
    {
        List<int> groups = [];
        foreach (int item in items)
        {
            groups.AddRange(_groupsOf.ColumnsOf(item));
        }

        return [.. groups];
    }
}
