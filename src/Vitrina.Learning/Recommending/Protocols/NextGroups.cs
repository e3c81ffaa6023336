using Vitrina.Learning.Recommending.Files;
using Vitrina.Learning.Recommending.Sources;

namespace Vitrina.Learning.Recommending.Protocols;

/// <summary>
/// The groups of the next item: attributes are the groups, all groups are ranked (the person's own included, for coming back is the point), the
/// groups of each person's last item should stand first. Cut as leave-last-out.
/// </summary>
public static class NextGroups
{
    // The share of the items up to which a group is rare: brands and narrow categories.
    private const double RareShare = 0.01;

    /// <summary>Reads a sequence file with its attributes beside it.</summary>
    /// <returns>The task over all groups and, where people turn to rare ones, over those alone.</returns>
    /// <exception cref="RecommendDataException">A file cannot be read, or there are no attributes.</exception>
    public static IReadOnlyList<(string Groups, RecommendTask Task)> Read(string path, ulong seed)
    {
        RecommendTask items = LeaveLastOut.Read(path, seed);
        ItemAttributes groups = items.Attributes
            ?? throw new RecommendDataException($"'{path}' has no NAME_item2attributes.json beside it; attributes are the groups");
        bool[] isRare = [.. groups.ItemCounts.Select(count => count <= RareShare * items.ItemCount)];
        RecommendTask rare = TaskOf(items, groups, isRare);
        bool hasRare = rare.Learning[0].Queries.Count > 0 && rare.Tests[0].Fold.Queries.Count > 0;
        return hasRare ? [("all", TaskOf(items, groups, null)), ("rare", rare)] : [("all", TaskOf(items, groups, null))];
    }

    private static RecommendTask TaskOf(RecommendTask items, ItemAttributes groups, bool[]? eligible)
    {
        RecommendFold Turned(RecommendFold fold) => fold with
        {
            Queries =
            [
                .. fold.Queries.Select(query => query with { Targets = GroupsOf(query.Targets[0], groups, eligible) }).Where(query => query.Targets.Length > 0),
            ],
        };

        return new RecommendTask
        {
            ItemNames = items.AttributeNames,
            IsOrdered = true,
            AllowsRepeats = true,
            Eligible = eligible,
            MostLearned = 12_000,
            Fit = known => GroupSources.Fit(known, groups, new SourceOptions()),
            Learning = [Turned(items.Learning[0])],
            Tests = [.. items.Tests.Select(test => test with { Fold = Turned(test.Fold) })],
        };
    }

    private static int[] GroupsOf(int item, ItemAttributes groups, bool[]? eligible)
    {
        ReadOnlySpan<int> all = groups.ByItem.ColumnsOf(item);
        List<int> kept = [];
        foreach (int group in all)
        {
            if (eligible is null || eligible[group])
            {
                kept.Add(group);
            }
        }

        return [.. kept];
    }
}
