using Vitrina.Learning.Recommending.Files;

namespace Vitrina.Learning.Recommending.Protocols;

/// <summary>
/// Next item in a session: after each item of a test session but the last, the next one is asked for; items may come again. The last tenth of the
/// file's sessions is the test, the tenth before it is what settings and the re-ranker learn from.
/// </summary>
public static class NextInSession
{
    /// <summary>Reads a file with a session a line, <c>item,item,…</c>.</summary>
    /// <exception cref="RecommendDataException">The file cannot be read, or has too few sessions of two items.</exception>
    public static RecommendTask Read(string path, ulong seed)
    {
        IReadOnlyList<NamedSequence> sessions = SequenceFile.ReadSessions(path);
        ItemNumbering items = new(seed, sessions);
        (string Name, int[] Items)[] sequences = [.. sessions.Select(session => (session.Name, items.OrdinalsOf(session)))];
        int learned = sequences.Length * 8 / 10, tested = sequences.Length * 9 / 10;
        RecommendFold Fold(int known, int from, int end) => new(
            new ItemSequences(items.Names.Count, [.. sequences.Take(known).Select(session => session.Items)]),
            [.. sequences[from..end].SelectMany(session => QueriesOf(session.Name, session.Items))]);

        RecommendFold learning = Fold(learned, learned, tested), refit = Fold(tested, tested, sequences.Length);
        if (learned == 0 || learning.Queries.Count == 0 || refit.Queries.Count == 0)
        {
            throw new RecommendDataException($"'{path}': {sequences.Length} sessions are too few; a tenth of them is learned from, a tenth is tested, each with a session of two items");
        }

        return new RecommendTask
        {
            ItemNames = items.Names,
            IsOrdered = true,
            AllowsRepeats = true,
            Learning = [learning],
            Tests = [new RecommendTest(false, new RecommendFold(learning.Known, refit.Queries)), new RecommendTest(true, refit)],
        };
    }

    // A query is named by its session's line and how many of its items are known.
    private static IEnumerable<RecommendQuery> QueriesOf(string name, int[] items)
        => Enumerable.Range(1, Math.Max(0, items.Length - 1))
            .Select(known => new RecommendQuery($"{name}.{known}", Histories.WithoutRepeats(items.AsSpan(0, known)), [items[known]]));
}
