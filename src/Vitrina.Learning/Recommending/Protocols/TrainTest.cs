using Vitrina.Kernels.Chance;
using Vitrina.Learning.Recommending.Files;

namespace Vitrina.Learning.Recommending.Protocols;

/// <summary>
/// A given split of each person's items (He et al., LightGCN, SIGIR 2020, and its successors): all items that are not in the training part are ranked,
/// those of the test part should stand first. Items have no order. A random ninth of the training part is what settings and the re-ranker learn from.
/// </summary>
public static class TrainTest
{
    private const double LearnedShare = 1.0 / 9;
    private const int LearningFolds = 2;

    /// <summary>Reads a folder with <c>train.txt</c> and <c>test.txt</c>, plain or gzip.</summary>
    /// <exception cref="RecommendDataException">A file is missing or cannot be read, or a person of the test part has no training part.</exception>
    public static RecommendTask Read(string folder, ulong seed)
    {
        IReadOnlyList<NamedSequence> train = SequenceFile.ReadUsers(PathOf(folder, "train.txt")), test = SequenceFile.ReadUsers(PathOf(folder, "test.txt"));
        ItemNumbering items = new(seed, train, test);
        Dictionary<string, int[]> known = new(StringComparer.Ordinal);
        foreach (NamedSequence person in train)
        {
            known[person.Name] = Histories.WithoutRepeats(items.OrdinalsOf(person));
        }

        List<RecommendQuery> queries = [];
        foreach (NamedSequence person in test.Where(person => person.Items.Length > 0))
        {
            int[] history = known.GetValueOrDefault(person.Name, []);
            queries.Add(new RecommendQuery(person.Name, history, [.. items.OrdinalsOf(person).Distinct()]));
        }

        return Task(items.Names, [.. known.Select(person => (person.Key, person.Value))], queries, seed);
    }

    /// <summary>A task over sets: what is known of each person, and the test's queries.</summary>
    internal static RecommendTask Task(IReadOnlyList<string> itemNames, IReadOnlyList<(string Name, int[] Items)> known, IReadOnlyList<RecommendQuery> queries, ulong seed)
    {
        RecommendFold[] learning = [.. Enumerable.Range(0, LearningFolds).Select(fold => Held(itemNames.Count, known, seed, fold))];
        if (learning[0].Queries.Count == 0)
        {
            throw new RecommendDataException("nobody has two items to learn from; a person's training part needs some");
        }

        return new RecommendTask
        {
            ItemNames = itemNames,
            IsOrdered = false,
            Learning = learning,
            Tests = [new RecommendTest(true, new RecommendFold(new ItemSequences(itemNames.Count, [.. known.Select(person => person.Items)]), queries))],
        };
    }

    private static RecommendFold Held(int itemCount, IReadOnlyList<(string Name, int[] Items)> known, ulong seed, int fold)
    {
        List<int[]> kept = [];
        List<RecommendQuery> queries = [];
        foreach ((string name, int[] items) in known)
        {
            RandomStream random = RandomStream.For(seed, "held back " + name, (ulong)fold);
            int[] order = (int[])items.Clone();
            random.Shuffle<int>(order);
            int held = items.Length < 2 ? 0 : Math.Max(1, (int)Math.Round(LearnedShare * items.Length));
            kept.Add(order[held..]);
            if (held > 0)
            {
                queries.Add(new RecommendQuery($"{name}", order[held..], order[..held]));
            }
        }

        return new RecommendFold(new ItemSequences(itemCount, kept), queries);
    }

    private static string PathOf(string folder, string name)
        => TextLines.Find(Path.Combine(folder, name)) ?? throw new RecommendDataException($"'{folder}' has no '{name}' or '{name}.gz'");
}
