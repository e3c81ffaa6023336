using Vitrina.Learning.Recommending.Files;

namespace Vitrina.Learning.Recommending.Protocols;

/// <summary>
/// Leave-last-out: each person's last item is asked for, after everything before it (Kang and McAuley, Self-attentive sequential recommendation,
/// ICDM 2018). The item before the last is what settings and the re-ranker learn from.
/// </summary>
public static class LeaveLastOut
{
    /// <summary>Reads a sequence file, with its attributes when they stand beside it.</summary>
    /// <exception cref="RecommendDataException">A file cannot be read, or nobody has three items.</exception>
    public static RecommendTask Read(string path, ulong seed)
    {
        IReadOnlyList<NamedSequence> people = SequenceFile.ReadUsers(path);
        ItemNumbering items = new(seed, people);
        (ItemAttributes? attributes, IReadOnlyList<string> attributeNames) = AttributeFile.Beside(path) is { } file ? AttributeFile.Read(file, items) : (null, []);
        (string Name, int[] Items)[] sequences = [.. people.Select(person => (person.Name, items.OrdinalsOf(person)))];
        RecommendFold latest = Cut(sequences, items.Names.Count, 2, 2);
        if (latest.Queries.Count == 0)
        {
            throw new RecommendDataException($"'{path}': nobody has three items; the last is asked for, the one before is learned from");
        }

        // What is asked without refit: the person's newest item is one that the sources have not seen with this person.
        RecommendFold earlier = Cut(sequences, items.Names.Count, 3, 3), ahead = earlier with { Queries = QueriesOf(sequences, 2) };
        return new RecommendTask
        {
            ItemNames = items.Names,
            Attributes = attributes,
            AttributeNames = attributeNames,
            IsOrdered = true,
            Learning = [latest, earlier, ahead],
            Tests =
            [
                new RecommendTest(false, latest with { Queries = QueriesOf(sequences, 1) }),
                new RecommendTest(true, Cut(sequences, items.Names.Count, 1, 1)),
            ],
        };
    }

    // Sources know all but the last `known` items of each person; the item `asked` from the end is asked for.
    private static RecommendFold Cut((string Name, int[] Items)[] sequences, int itemCount, int known, int asked)
        => new(new ItemSequences(itemCount, [.. sequences.Select(person => person.Items[..Math.Max(0, person.Items.Length - known)])]), QueriesOf(sequences, asked));

    private static List<RecommendQuery> QueriesOf((string Name, int[] Items)[] sequences, int asked)
    {
        List<RecommendQuery> queries = new(sequences.Length);
        foreach ((string name, int[] items) in sequences)
        {
            if (items.Length > asked)
            {
                queries.Add(new RecommendQuery(name, Histories.WithoutRepeats(items.AsSpan(0, items.Length - asked)), [items[^asked]]));
            }
        }

        return queries;
    }
}
