using Vitrina.Kernels.Chance;
using Vitrina.Learning.Recommending.Files;

namespace Vitrina.Learning.Recommending.Protocols;

/// <summary>Ratings split at random, as two recommenders publish their figures; every rating counts as relevant, all other items are ranked.</summary>
public static class RatingFolds
{
    /// <summary>Five-fold cross-validation over all ratings (gorse 0.1).</summary>
    public const string CrossValidation = "5-fold";

    /// <summary>Three quarters of each person's ratings for training (microsoft/recommenders, python_stratified_split).</summary>
    public const string Stratified = "75/25 by user";

    private const int Folds = 5;
    private const double TrainShare = 0.75;

    /// <summary>Reads ratings and splits them: the stratified split first, then the five folds.</summary>
    /// <exception cref="RecommendDataException">The file cannot be read.</exception>
    public static IReadOnlyList<(string Split, RecommendTask Task)> Read(string path, ulong seed)
    {
        IReadOnlyList<NamedSequence> people = RatingFile.Read(path);
        ItemNumbering items = new(seed, people);
        (string Name, int[] Items)[] sets = [.. people.Select(person => (person.Name, items.OrdinalsOf(person)))];
        List<(string, RecommendTask)> tasks = [(Stratified, TaskOf(items, sets, seed, (order, place) => place >= (int)Math.Round(TrainShare * order.Length)))];
        int[][] folds = Assign(sets, seed);
        for (int fold = 0; fold < Folds; fold++)
        {
            int number = fold;
            Dictionary<int[], int[]> foldsOf = sets.Zip(folds).ToDictionary(pair => pair.First.Items, pair => pair.Second);
            tasks.Add((CrossValidation, TaskOf(items, sets, seed, (set, place) => foldsOf[set][place] == number, isShuffled: false)));
        }

        return tasks;
    }

    // Each rating's fold: all ratings in random order, in turn.
    private static int[][] Assign((string Name, int[] Items)[] sets, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, sets.Sum(set => set.Items.Length))];
        RandomStream random = RandomStream.For(seed, "rating folds");
        random.Shuffle<int>(order);
        int[] folds = new int[order.Length];
        for (int place = 0; place < order.Length; place++)
        {
            folds[order[place]] = place % Folds;
        }

        int start = 0;
        return [.. sets.Select(set => folds[start..(start += set.Items.Length)])];
    }

    private static RecommendTask TaskOf(ItemNumbering items, (string Name, int[] Items)[] sets, ulong seed, Func<int[], int, bool> isTested, bool isShuffled = true)
    {
        List<(string, int[])> known = [];
        List<RecommendQuery> queries = [];
        foreach ((string name, int[] set) in sets)
        {
            int[] order = isShuffled ? (int[])set.Clone() : set;
            if (isShuffled)
            {
                RandomStream random = RandomStream.For(seed, "rating split " + name);
                random.Shuffle<int>(order);
            }

            ILookup<bool, int> parts = Enumerable.Range(0, order.Length).ToLookup(place => isTested(order, place), place => order[place]);
            known.Add((name, [.. parts[false]]));
            if (parts[true].Any())
            {
                queries.Add(new RecommendQuery(name, [.. parts[false]], [.. parts[true]]));
            }
        }

        return TrainTest.Task(items.Names, known, queries, seed);
    }
}
