using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Indexing.Vectors;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Collections;
using Vitrina.Kernels.Vectors;
using Vitrina.Tests.Kernels.Vectors;

namespace Vitrina.Tests.Engine.Indexing.Vectors;

public class VectorIndexTests
{
    private const int Dimension = 24;
    private const int Wanted = 10;

    [Theory]
    [InlineData(VectorMetric.Cosine, false)]
    [InlineData(VectorMetric.Dot, false)]
    [InlineData(VectorMetric.L2, false)]
    [InlineData(VectorMetric.L2, true)]
    [InlineData(VectorMetric.Cosine, true)]
    public void Small_sets_answer_as_brute_force_does_through_random_changes(VectorMetric metric, bool isQuantised)
    {
        var random = RandomStream.For(5, "changes");
        var index = new VectorIndex(Options(metric) with { IsQuantised = isQuantised, FlatLimit = 200 });
        var vectors = new SortedDictionary<int, float[]>();
        for (var round = 0; round < 20; round++)
        {
            for (var change = 0; change < 20; change++)
            {
                var item = random.NextInt(80);
                if (random.NextInt(4) == 0)
                {
                    index.Remove(item);
                    vectors.Remove(item);
                }
                else
                {
                    index.Put(item, vectors[item] = Vector(ref random));
                }
            }

            Assert.Equal(vectors.Count, index.Count);
            var query = Vector(ref random);
            var (found, scores) = Search(index.Freeze(), query, default(AnyItem), 5, 5);
            var expected = Nearest(vectors, query, metric, 5);
            Assert.Equal(expected.Select(hit => hit.Item), found);
            Assert.All(expected.Zip(scores), pair => Assert.Equal(pair.First.Score, pair.Second, 1e-4));
        }
    }

    [Theory]
    [InlineData(VectorMetric.L2, false, 1)]
    [InlineData(VectorMetric.L2, true, 1)]
    [InlineData(VectorMetric.Cosine, true, 1)]
    [InlineData(VectorMetric.Cosine, true, 2)]
    public void The_graph_finds_nearly_all_nearest_vectors(VectorMetric metric, bool isQuantised, int threads)
    {
        var random = RandomStream.For(7, "vectors");
        var (index, vectors) = Built(4000, Options(metric) with { IsQuantised = isQuantised, Threads = threads, FlatLimit = 0 }, ref random);
        var snapshot = index.Freeze();
        Assert.Equal(4000, snapshot.Count);
        Assert.InRange(Recall(snapshot, vectors, default(AnyItem), _ => true, metric, ref random), 0.97, 1);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.1)]
    [InlineData(0.002)]
    public void Filters_lose_no_recall(double selectivity)
    {
        var random = RandomStream.For(8, "vectors");
        var (index, vectors) = Built(4000, Options(VectorMetric.L2) with { FlatLimit = 0 }, ref random);
        var accepted = new BitSet(4000);
        foreach (var item in vectors.Keys)
        {
            if (random.NextBool(selectivity))
            {
                accepted.Set(item);
            }
        }

        Assert.InRange(Recall(index.Freeze(), vectors, new ItemsIn(accepted), accepted.Get, VectorMetric.L2, ref random, ef: 16), 0.97, 1);
    }

    [Fact]
    public void A_filter_that_accepts_only_what_is_far_from_the_query_still_fills_the_answer()
    {
        var random = RandomStream.For(9, "vectors");
        var (index, vectors) = Built(3000, Options(VectorMetric.L2) with { FlatLimit = 0 }, ref random);
        var query = Vector(ref random);
        var farthest = Nearest(vectors, query, VectorMetric.L2, 3000).Skip(1500).ToArray();
        var accepted = new BitSet(3000);
        Array.ForEach(farthest, hit => accepted.Set(hit.Item));
        var (found, _) = Search(index.Freeze(), query, new ItemsIn(accepted), Wanted, 4);
        Assert.Equal(farthest.Take(Wanted).Select(hit => hit.Item), found);
    }

    [Fact]
    public void Removed_and_changed_vectors_are_never_answered_and_the_graph_recovers()
    {
        var random = RandomStream.For(10, "vectors");
        var (index, vectors) = Built(3000, Options(VectorMetric.L2) with { FlatLimit = 100 }, ref random);
        for (var item = 0; item < 3000; item += 2)
        {
            index.Remove(item);
            vectors.Remove(item);
        }

        for (var item = 1; item < 3000; item += 10)
        {
            index.Put(item, vectors[item] = Vector(ref random));
        }

        Assert.InRange(Recall(index.Freeze(), vectors, default(AnyItem), _ => true, VectorMetric.L2, ref random), 0.97, 1);
        Assert.Equal(1500, index.Generation.SlotCount);
        Assert.Equal(0, index.Generation.DeadCount);
    }

    [Fact]
    public void One_thread_and_one_seed_give_one_graph()
    {
        var (one, two) = (RandomStream.For(11, "vectors"), RandomStream.For(11, "vectors"));
        var (first, _) = Built(1500, Options(VectorMetric.Cosine) with { FlatLimit = 0 }, ref one);
        var (second, _) = Built(1500, Options(VectorMetric.Cosine) with { FlatLimit = 0 }, ref two);
        for (var slot = 0; slot < 1500; slot++)
        {
            Assert.Equal(first.Generation.Graph.LayerOf(slot), second.Generation.Graph.LayerOf(slot));
            Assert.True(first.Generation.Graph.Links(slot, 0).SequenceEqual(second.Generation.Graph.Links(slot, 0)));
        }
    }

    [Fact]
    public void A_snapshot_keeps_its_vectors_while_linking_goes_on_beside()
    {
        var random = RandomStream.For(12, "vectors");
        var index = new VectorIndex(Options(VectorMetric.L2) with { FlatLimit = 50, IsLinkingSynchronous = false });
        var vectors = new SortedDictionary<int, float[]>();
        var kept = new List<(VectorSnapshot Snapshot, SortedDictionary<int, float[]> Then)>();
        for (var round = 0; round < 40; round++)
        {
            for (var change = 0; change < 60; change++)
            {
                var item = random.NextInt(500);
                index.Put(item, vectors[item] = Vector(ref random));
                var gone = random.NextInt(500);
                index.Remove(gone);
                vectors.Remove(gone);
            }

            kept.Add((index.Freeze(), new SortedDictionary<int, float[]>(vectors)));
            var (ordinals, _) = Search(kept[^1].Snapshot, Vector(ref random), default(AnyItem), Wanted, 32);
            Assert.All(ordinals, item => Assert.True(vectors.ContainsKey(item)));
        }

        index.AwaitLinking();
        foreach (var (snapshot, then) in kept)
        {
            Assert.Equal(then.Count, snapshot.Count);
            Assert.InRange(Recall(snapshot, then, default(AnyItem), _ => true, VectorMetric.L2, ref random, queries: 5), 0.8, 1);
        }
    }

    [Fact]
    public void Given_items_are_scored_exactly_and_items_without_a_vector_have_no_score()
    {
        var random = RandomStream.For(13, "vectors");
        var (index, vectors) = Built(600, Options(VectorMetric.Cosine), ref random);
        index.Remove(7);
        var query = Vector(ref random);
        int[] items = [.. Enumerable.Range(0, 700)];
        var scores = new float[700];
        index.Freeze().Score(query, items, new VectorSearchScratch(), scores);
        for (var item = 0; item < 700; item++)
        {
            if (item == 7 || item >= 600)
            {
                Assert.True(float.IsNaN(scores[item]));
            }
            else
            {
                Assert.Equal(ScoreOf(vectors[item], query, VectorMetric.Cosine), scores[item], 1e-4);
            }
        }
    }

    [Fact]
    public void Vectors_that_cannot_be_stored_or_asked_are_refused_by_name()
    {
        var index = new VectorIndex(Options(VectorMetric.Cosine));
        var zero = new float[Dimension];
        Assert.Contains("zero vector", Assert.Throws<ArgumentException>(() => index.Put(0, zero)).Message, StringComparison.Ordinal);
        Assert.Contains("dimension is 24", Assert.Throws<ArgumentException>(() => index.Put(0, [1, 2])).Message, StringComparison.Ordinal);
        zero[3] = float.NaN;
        Assert.Contains("NaN at place 3", Assert.Throws<ArgumentException>(() => Search(index.Freeze(), zero, default(AnyItem), 1, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new VectorIndex(Options(VectorMetric.Cosine) with { M = 1 }));
        zero[3] = 1;
        Assert.Empty(Search(index.Freeze(), zero, default(AnyItem), 5, 5).Found);
    }

    internal static VectorIndexOptions Options(VectorMetric metric) => new() { Dimension = Dimension, Metric = metric, EfConstruction = 80, IsLinkingSynchronous = true };

    internal static (VectorIndex Index, SortedDictionary<int, float[]> Vectors) Built(int count, VectorIndexOptions options, ref RandomStream random)
    {
        var index = new VectorIndex(options);
        var vectors = new SortedDictionary<int, float[]>();
        for (var item = 0; item < count; item++)
        {
            index.Put(item, vectors[item] = Vector(ref random));
        }

        index.Freeze();
        return (index, vectors);
    }

    internal static float[] Vector(ref RandomStream random)
    {
        // Near one of a few directions, as real vectors are.
        var centre = RandomStream.For((ulong)random.NextInt(20), "centres");
        var vector = new float[Dimension];
        for (var index = 0; index < Dimension; index++)
        {
            vector[index] = (float)(centre.NextGaussian() + (0.6 * random.NextGaussian()));
        }

        return vector;
    }

    internal static (int[] Found, float[] Scores) Search<TFilter>(VectorSnapshot snapshot, float[] query, TFilter filter, int limit, int ef)
        where TFilter : struct, IItemFilter
    {
        var (found, scores) = (new int[limit], new float[limit]);
        var count = snapshot.Search(query, filter, limit, ef, new VectorSearchScratch(), found, scores);
        return (found[..count], scores[..count]);
    }

    private static double Recall<TFilter>(
        VectorSnapshot snapshot, SortedDictionary<int, float[]> vectors, TFilter filter, Func<int, bool> accepts, VectorMetric metric, ref RandomStream random, int queries = 40, int ef = 64)
        where TFilter : struct, IItemFilter
    {
        var (hits, wanted) = (0, 0);
        for (var number = 0; number < queries; number++)
        {
            var query = Vector(ref random);
            var expected = Nearest(vectors, query, metric, int.MaxValue).Where(hit => accepts(hit.Item)).Take(Wanted).Select(hit => hit.Item).ToHashSet();
            wanted += expected.Count;
            hits += Search(snapshot, query, filter, Wanted, ef).Found.Count(expected.Contains);
        }

        return (double)hits / wanted;
    }

    private static IEnumerable<(int Item, double Score)> Nearest(SortedDictionary<int, float[]> vectors, float[] query, VectorMetric metric, int limit)
        => vectors.Select(pair => (pair.Key, ScoreOf(pair.Value, query, metric))).OrderByDescending(hit => hit.Item2).ThenBy(hit => hit.Key).Take(limit);

    private static double ScoreOf(float[] vector, float[] query, VectorMetric metric)
    {
        if (metric == VectorMetric.Cosine)
        {
            (vector, query) = ([.. vector], [.. query]);
            VectorCheck.Normalise(vector, vector);
            VectorCheck.Normalise(query, query);
        }

        return -VectorRowsTests.Plain(vector, query, metric);
    }
}
