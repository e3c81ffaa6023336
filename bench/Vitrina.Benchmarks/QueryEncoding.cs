using System.Diagnostics;
using System.Globalization;
using Vitrina.Engine.Models.Embeddings;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Training.Embeddings;

namespace Vitrina.Benchmarks;

/// <summary>What does a query's vector cost, with and without a hidden layer? The budget is 200 µs.</summary>
internal static class QueryEncodingBenchmark
{
    private static readonly string[] Words = ["беспроводные", "наушники", "с", "микрофоном", "jbl", "tune", "510bt", "чёрные", "для", "телефона", "128", "гб"];

    /// <summary>Prints a table in Markdown.</summary>
    /// <param name="queries">Queries a pass.</param>
    /// <param name="rounds">Timed passes; the median counts.</param>
    public static void Run(int queries, int rounds)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{queries} queries a pass, dimension 64"));
        Console.WriteLine();
        Console.WriteLine("| words | hidden | µs per query | bytes allocated |");
        Console.WriteLine("| ---: | ---: | ---: | ---: |");
        foreach (int hidden in new[] { 0, 128 })
        {
            DssmShape shape = new() { HiddenSize = hidden };
            DssmTrainerOptions options = new() { Shape = shape, Epochs = 1, ValidationShare = 0 };
            DssmEncoder encoder = DssmTrainer.Train(Words.Select(word => new DssmExample(word, word)), options).Encoder;
            foreach (int words in new[] { 2, 5, 10 })
            {
                Measure(encoder, words, queries, rounds);
            }
        }
    }

    private static void Measure(DssmEncoder encoder, int words, int queries, int rounds)
    {
        var random = RandomStream.For(1, "queries");
        string[] texts = new string[queries];
        for (int query = 0; query < queries; query++)
        {
            texts[query] = string.Join(' ', Enumerable.Range(0, words).Select(_ => Words[random.NextInt(Words.Length)]));
        }

        DssmScratch scratch = new(encoder.Shape);
        float[] vector = new float[encoder.Dimension];
        void Pass() => Array.ForEach(texts, text => encoder.EncodeQuery(text, scratch, vector));
        for (long start = Stopwatch.GetTimestamp(); rounds > 1 && Stopwatch.GetElapsedTime(start).TotalMilliseconds < 400;)
        {
            Pass();
        }

        double[] times = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            long startedAt = Stopwatch.GetTimestamp();
            Pass();
            times[round] = Stopwatch.GetElapsedTime(startedAt).TotalMicroseconds / queries;
        }

        Array.Sort(times);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        encoder.EncodeQuery(texts[0], scratch, vector);
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {words} | {encoder.Shape.HiddenSize} | {times[rounds / 2]:0.0} | {bytes} |"));
    }
}
