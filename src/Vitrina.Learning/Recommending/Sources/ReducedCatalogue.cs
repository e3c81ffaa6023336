namespace Vitrina.Learning.Recommending.Sources;

/// <summary>A task's fold with only its most popular items, on which settings of costly sources are chosen.</summary>
internal sealed class ReducedCatalogue
{
    /// <summary>Reduces.</summary>
    /// <param name="fold">The fold.</param>
    /// <param name="attributes">Attributes of the items; null where there are none.</param>
    /// <param name="most">Most items that stay.</param>
    public ReducedCatalogue(RecommendFold fold, ItemAttributes? attributes, int most)
    {
        int[] kept = [.. Enumerable.Range(0, fold.Known.ItemCount).OrderByDescending(fold.Known.CountOf).ThenBy(item => item).Take(most)];
        int[] places = new int[fold.Known.ItemCount];
        Array.Fill(places, -1);
        for (int place = 0; place < kept.Length; place++)
        {
            places[kept[place]] = place;
        }

        int[] Reduce(ReadOnlySpan<int> items)
        {
            List<int> reduced = [];
            foreach (int item in items)
            {
                if (places[item] >= 0)
                {
                    reduced.Add(places[item]);
                }
            }

            return [.. reduced];
        }

        Known = new ItemSequences(kept.Length, [.. Enumerable.Range(0, fold.Known.Count).Select(sequence => Reduce(fold.Known[sequence]))]);
        Queries =
        [
            .. fold.Queries.Select(query => query with { History = Reduce(query.History), Targets = Reduce(query.Targets) })
                .Where(query => query.History.Length > 0 && query.Targets.Length > 0),
        ];
        Attributes = attributes is null ? null : new ItemAttributes(attributes.Count, [.. kept.Select(item => attributes.ByItem.ColumnsOf(item).ToArray())]);
    }

    /// <summary>What people did with the items that stay.</summary>
    public ItemSequences Known { get; }

    /// <summary>Queries that still have a history and a target.</summary>
    public IReadOnlyList<RecommendQuery> Queries { get; }

    /// <summary>Attributes of the items that stay.</summary>
    public ItemAttributes? Attributes { get; }
}
