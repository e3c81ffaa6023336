using System.Numerics.Tensors;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Indexing.Vectors;
using Vitrina.Engine.Models.Embeddings;
using Vitrina.Kernels.Chance;

namespace Vitrina.Learning.Training.Embeddings;

/// <summary>What the encoder of the moment puts near queries: the source of hard negatives, and of the rank of right items.</summary>
/// <remarks>Looks among a fixed sample of the items: enough to be confused by, few enough to be encoded after every pass.</remarks>
internal sealed class DssmNeighbours
{
    private const int MaxItems = 20_000;
    private const int MaxValidation = 1000;
    private const int Ef = 64;

    // The very nearest are often right answers that nobody marked.
    private const int FirstMinedRank = 5;
    private const int LastMinedRank = 50;

    private readonly DssmExampleSet _set;
    private readonly DssmSide _queries;
    private readonly DssmSide _items;
    private readonly DssmEncoder _encoder;
    private readonly ulong _seed;
    private readonly int[] _sample;
    private readonly DssmPair[] _validation;

    public DssmNeighbours(DssmExampleSet set, DssmEncoder encoder, ulong seed)
    {
        (_set, _encoder, _seed) = (set, encoder, seed);
        (_queries, _items) = (new DssmSide(encoder.Shape, encoder.Query), new DssmSide(encoder.Shape, encoder.Item));
        RandomStream random = RandomStream.For(seed, "validation");
        DssmPair[] validation = [.. set.Validation];
        random.Shuffle<DssmPair>(validation);
        _validation = validation[..Math.Min(validation.Length, MaxValidation)];
        int[] others = [.. Enumerable.Range(0, set.Items.Count).Except(_validation.Select(pair => pair.Item))];
        random.Shuffle<int>(others);
        _sample = [.. _validation.Select(pair => pair.Item).Distinct(), .. others[..Math.Min(others.Length, MaxItems)]];
    }

    /// <summary>The mean over held-out examples of 1 / the place of the right item; other right answers of the query do not stand before it.</summary>
    public double MeanReciprocalRank()
    {
        Encode(_items, _sample, _set.Items);
        Encode(_queries, [.. _validation.Select(pair => pair.Query)], _set.Queries);
        Dictionary<int, int> places = _sample.Select((item, place) => (item, place)).ToDictionary(pair => pair.item, pair => pair.place);
        double sum = 0;
        for (int index = 0; index < _validation.Length; index++)
        {
            DssmPair pair = _validation[index];
            ReadOnlySpan<float> query = Vector(_queries, index);
            float right = TensorPrimitives.Dot(query, Vector(_items, places[pair.Item]));
            int rank = 1;
            for (int place = 0; place < _sample.Length; place++)
            {
                rank += TensorPrimitives.Dot(query, Vector(_items, place)) > right && !_set.IsAnswer(pair.Query, _sample[place]) ? 1 : 0;
            }

            sum += 1.0 / rank;
        }

        return sum / _validation.Length;
    }

    /// <summary>Draws, for every training example, items near its query that are no answer of it.</summary>
    public int[][] Mine(int epoch, int count, CancellationToken cancellationToken)
    {
        Encode(_items, _sample, _set.Items);
        VectorIndex index = new(new VectorIndexOptions { Dimension = _encoder.Dimension, EfConstruction = 64, IsLinkingSynchronous = true });
        for (int place = 0; place < _sample.Length; place++)
        {
            index.Put(place, Vector(_items, place));
        }

        VectorSnapshot snapshot = index.Freeze();
        VectorSearchScratch scratch = new();
        (int[] found, float[] scores) = (new int[LastMinedRank], new float[LastMinedRank]);
        Dictionary<int, int[]> nearest = [];
        int[][] mined = new int[_set.Train.Length][];
        RandomStream random = RandomStream.For(_seed, "mined", (ulong)epoch);
        for (int number = 0; number < mined.Length; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            DssmPair pair = _set.Train[number];
            if (!nearest.TryGetValue(pair.Query, out int[]? near))
            {
                Encode(_queries, [pair.Query], _set.Queries);
                int hits = snapshot.Search(Vector(_queries, 0), default(AnyItem), LastMinedRank, Ef, scratch, found, scores);
                near = [.. found.Take(hits).Skip(FirstMinedRank).Select(place => _sample[place]).Where(item => !_set.IsAnswer(pair.Query, item))];
                nearest.Add(pair.Query, near);
            }

            mined[number] = new int[near.Length == 0 ? 0 : count];
            for (int draw = 0; draw < mined[number].Length; draw++)
            {
                mined[number][draw] = near[random.NextInt(near.Length)];
            }
        }

        return mined;
    }

    private void Encode(DssmSide side, int[] numbers, DssmTexts texts)
    {
        side.Begin();
        foreach (int number in numbers)
        {
            side.Add(texts[number]);
        }

        side.Run(_encoder.Rows);
    }

    private ReadOnlySpan<float> Vector(DssmSide side, int index) => side.Vectors.AsSpan(index * _encoder.Dimension, _encoder.Dimension);
}
