using System.Runtime.InteropServices;
using Vitrina.Engine.Models.Embeddings;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Training.Embeddings;

namespace Vitrina.Cli.Benchmarks;

/// <summary>Vectors of listings' titles, and of queries that people could have typed for them, from an encoder that is learned from these titles: what a catalogue without clicks is searched by.</summary>
internal static class ListingVectors
{
    private const int Queries = 1000;

    /// <summary>Learns the encoder and writes the vectors as <see cref="VectorSet"/> reads them; all have length 1, so that the nearest by distance are those of the largest cosine.</summary>
    /// <param name="request">The listings, the dimension and how many titles are drawn.</param>
    /// <param name="folder">Receives the files.</param>
    /// <param name="progress">Receives the share of the listings that is read.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public static void Write(VectorsRequest request, string folder, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var all = ListingsBenchmark.Read(request.Dataset, progress, cancellationToken).Titles.ToArray();
        RandomStream.For(request.Seed, "titles").Shuffle(all.AsSpan());
        var titles = all[..Math.Min(all.Length, request.Titles)];
        var encoder = LatentTrainer.Train(titles, new DssmShape { RowSize = request.Dimension, Dimension = request.Dimension }, request.Seed, cancellationToken: cancellationToken);
        Write(Path.Combine(folder, VectorSet.BaseFile), encoder, titles);
        Write(Path.Combine(folder, VectorSet.QueryFile), encoder, ListingQueries.Draw(titles, Queries, request.Seed).Select(query => query.ShortText));
    }

    private static void Write(string path, DssmEncoder encoder, IEnumerable<string> texts)
    {
        var (scratch, vector) = (new DssmScratch(encoder.Shape), new float[encoder.Dimension]);
        using var file = new BufferedStream(File.Create(path));
        foreach (var text in texts)
        {
            if (encoder.EncodeItem(text, scratch, vector))
            {
                file.Write(MemoryMarshal.AsBytes(vector.AsSpan()));
            }
        }
    }
}
