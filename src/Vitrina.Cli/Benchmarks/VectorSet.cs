using System.Runtime.InteropServices;
using Vitrina.Engine.Indexing.Text;
using Vitrina.Engine.Indexing.Vectors;
using Vitrina.Kernels.Collections;
using Vitrina.Kernels.Vectors;

namespace Vitrina.Cli.Benchmarks;

/// <summary>Vectors, queries and the nearest vectors of each query, from the files that <c>gen.py DIR vec</c> writes.</summary>
internal sealed class VectorSet
{
    /// <summary>Nearest vectors known of each query.</summary>
    public const int Wanted = 10;

    /// <summary>The file of the vectors.</summary>
    public const string BaseFile = "vec_base.f32";

    /// <summary>The file of the queries.</summary>
    public const string QueryFile = "vec_query.f32";

    private const string TruthFile = "vec_gt10.i32";

    private readonly float[] _vectors;
    private readonly float[] _queries;

    private VectorSet(float[] vectors, float[] queries, int dimension)
    {
        _vectors = vectors;
        _queries = queries;
        Dimension = dimension;
    }

    /// <summary>Numbers in a vector.</summary>
    public int Dimension { get; }

    /// <summary>Vectors.</summary>
    public int Count => _vectors.Length / Dimension;

    /// <summary>Queries.</summary>
    public int QueryCount => _queries.Length / Dimension;

    /// <summary>The nearest of each query, shape [QueryCount x Wanted].</summary>
    public int[] Truth { get; private set; } = [];

    /// <summary>Reads the files; absent nearest vectors are found by a scan, and written for the peer.</summary>
    /// <exception cref="UsageException">A file is missing or does not fit the dimension.</exception>
    public static VectorSet Read(string folder, int dimension)
    {
        var set = new VectorSet(ReadVectors(folder, BaseFile, dimension), ReadVectors(folder, QueryFile, dimension), dimension);
        var truth = Path.Combine(folder, TruthFile);
        if (!File.Exists(truth))
        {
            set.Truth = set.NearestAmong(null);
            File.WriteAllBytes(truth, MemoryMarshal.AsBytes(set.Truth.AsSpan()));
            return set;
        }

        set.Truth = MemoryMarshal.Cast<byte, int>(File.ReadAllBytes(truth)).ToArray();
        if (set.Truth.Length != set.QueryCount * Wanted || set.Truth.Any(id => (uint)id >= (uint)set.Count))
        {
            throw new UsageException($"{truth}: {set.Truth.Length} numbers; {Wanted} for each of {set.QueryCount} queries are needed, from 0 to {set.Count - 1}");
        }

        return set;
    }

    /// <summary>A vector.</summary>
    public ReadOnlySpan<float> Vector(int index) => _vectors.AsSpan(index * Dimension, Dimension);

    /// <summary>A query.</summary>
    public ReadOnlySpan<float> Query(int index) => _queries.AsSpan(index * Dimension, Dimension);

    /// <summary>The nearest of each query among some vectors by a scan, shape [QueryCount x Wanted]; -1 where there are too few.</summary>
    public int[] NearestAmong(BitSet? among)
    {
        var index = new VectorIndex(new VectorIndexOptions { Dimension = Dimension, Metric = VectorMetric.L2, IsQuantised = false, FlatLimit = int.MaxValue });
        for (var vector = 0; vector < Count; vector++)
        {
            if (among is null || among.Get(vector))
            {
                index.Put(vector, Vector(vector));
            }
        }

        var snapshot = index.Freeze();
        var (scratch, scores, nearest) = (new VectorSearchScratch(), new float[Wanted], new int[QueryCount * Wanted]);
        for (var query = 0; query < QueryCount; query++)
        {
            var ids = nearest.AsSpan(query * Wanted, Wanted);
            ids[snapshot.Search(Query(query), default(AnyItem), Wanted, Wanted, scratch, ids, scores)..].Fill(-1);
        }

        return nearest;
    }

    private static float[] ReadVectors(string folder, string name, int dimension)
    {
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            throw new UsageException($"{path}: there is no such file");
        }

        var values = PythonPeer.ReadFloats(path);
        if (values.Length == 0 || values.Length % dimension != 0)
        {
            throw new UsageException($"{path}: {values.Length} numbers are not a whole number of vectors of {dimension}; say the dimension with --dim");
        }

        for (var vector = 0; vector < values.Length / dimension; vector++)
        {
            if (VectorCheck.ProblemOf(values.AsSpan(vector * dimension, dimension), dimension, VectorMetric.L2) is { } problem)
            {
                throw new UsageException($"{path}: vector {vector} {problem}");
            }
        }

        return values;
    }
}
