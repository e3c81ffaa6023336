using Vitrina.Kernels.Hashing;

namespace Vitrina.Learning.Training.Embeddings;

/// <summary>An example by the numbers of its texts.</summary>
internal sealed record DssmPair(int Query, int Item, float Weight, int[] Negatives);

/// <summary>The examples of a run, split by query.</summary>
internal sealed class DssmExampleSet
{
    private readonly HashSet<long> _answers = [];

    private DssmExampleSet(DssmTexts queries, DssmTexts items) => (Queries, Items) = (queries, items);

    /// <summary>Distinct queries.</summary>
    public DssmTexts Queries { get; }

    /// <summary>Distinct items, negatives among them.</summary>
    public DssmTexts Items { get; }

    /// <summary>What is learned from.</summary>
    public DssmPair[] Train { get; private set; } = [];

    /// <summary>Examples of held-out queries.</summary>
    public DssmPair[] Validation { get; private set; } = [];

    /// <summary>Examples without a word on one side.</summary>
    public int Skipped { get; private set; }

    /// <summary>Reads the examples.</summary>
    /// <exception cref="ArgumentException">A weight is not a finite number above 0.</exception>
    public static DssmExampleSet Of(IEnumerable<DssmExample> examples, DssmTrainerOptions options)
    {
        DssmExampleSet set = new(new DssmTexts(options.Shape), new DssmTexts(options.Shape));
        List<DssmPair> train = [], validation = [];
        foreach (DssmExample example in examples)
        {
            if (!(example.Weight > 0 && float.IsFinite(example.Weight)))
            {
                throw new ArgumentException($"The pair of '{example.Query}' and '{example.Item}' weighs {example.Weight}; weights are finite and above 0.", nameof(examples));
            }

            (int query, int item) = (set.Queries.Add(example.Query), set.Items.Add(example.Item));
            if (query < 0 || item < 0)
            {
                set.Skipped++;
                continue;
            }

            int[] negatives = [.. (example.Negatives ?? []).Select(set.Items.Add).Where(negative => negative >= 0 && negative != item).Distinct()];
            bool isHeldOut = Hash.Of64(example.Query) % 10_000 < options.ValidationShare * 10_000;
            (isHeldOut ? validation : train).Add(new DssmPair(query, item, example.Weight, negatives));
            set._answers.Add(KeyOf(query, item));
        }

        (set.Train, set.Validation) = ([.. train], [.. validation]);
        return set;
    }

    /// <summary>Whether an item answers a query in any example.</summary>
    public bool IsAnswer(int query, int item) => _answers.Contains(KeyOf(query, item));

    private static long KeyOf(int query, int item) => ((long)query << 32) | (uint)item;
}
