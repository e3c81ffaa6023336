using System.Globalization;
using Vitrina.Kernels.Chance;

namespace Vitrina.Simulation.Goods;

/// <summary>The people, as a struct of arrays over dense ordinals.</summary>
internal sealed class Population
{
    private const int D = Catalogue.TasteDimensions;

    private Population(int count)
    {
        Id = new string[count];
        Taste = new float[count * D];
        PriceSensitivity = new float[count];
        SpeedSensitivity = new float[count];
        Activity = new float[count];
        Region = new byte[count];
        BirthYear = new short[count];
        RegisteredAt = new long[count];
        IsBot = new bool[count];
    }

    public string[] Id { get; }

    /// <summary>Row-major, shape [users × TasteDimensions], standard normal.</summary>
    public float[] Taste { get; }

    public float[] PriceSensitivity { get; }

    public float[] SpeedSensitivity { get; }

    /// <summary>Sessions relative to the mean.</summary>
    public float[] Activity { get; }

    public byte[] Region { get; }

    public short[] BirthYear { get; }

    /// <summary>UTC ticks; the world's start for those who were there before.</summary>
    public long[] RegisteredAt { get; }

    public bool[] IsBot { get; }

    public int Count => Id.Length;

    /// <summary>The ordinal behind a user id.</summary>
    /// <exception cref="ArgumentException">Nobody has it.</exception>
    public int Ordinal(string id)
    {
        if (id.Length > 1 && id[0] == 'u'
            && int.TryParse(id.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal) && (uint)ordinal < (uint)Count)
        {
            return ordinal;
        }

        throw new ArgumentException($"The world has no user '{id}'.", nameof(id));
    }

    public static Population Build(GoodsConfiguration configuration, ulong seed, long start, long end, int threads)
    {
        var people = new Population(configuration.UserCount);
        double share = 0;
        double[] regions = [.. Assortment.Regions.Select(region => share += region.Share)];
        Parallel.For(0, people.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, user =>
        {
            RandomStream stream = Streams.Open(seed, StreamPurpose.User, user);
            people.Id[user] = "u" + user.ToString("D6", CultureInfo.InvariantCulture);
            for (int dimension = 0; dimension < D; dimension++)
            {
                people.Taste[user * D + dimension] = (float)stream.NextGaussian();
            }

            people.PriceSensitivity[user] = (float)(configuration.PriceSensitivity * LogNormal(ref stream, configuration.PriceSensitivitySpread));
            people.SpeedSensitivity[user] = (float)(configuration.SpeedSensitivity * LogNormal(ref stream, configuration.SpeedSensitivitySpread));
            double activity = LogNormal(ref stream, configuration.ActivitySpread);
            people.Region[user] = (byte)stream.NextIndex(regions);
            people.BirthYear[user] = (short)Math.Clamp(Math.Round(1988 + 12 * stream.NextGaussian()), 1940, 2010);
            if (configuration.SharedTaste > 0)
            {
                ShareTaste(people, user, configuration.SharedTaste, seed);
            }

            bool isNew = stream.NextDouble() < configuration.NewUserShare;
            double moment = stream.NextDouble();
            people.IsBot[user] = stream.NextDouble() < configuration.BotShare;
            people.Activity[user] = (float)(people.IsBot[user] ? configuration.BotActivity : activity);
            long registeredAt = start + (isNew ? (long)(moment * (end - start)) : 0);
            people.RegisteredAt[user] = registeredAt - registeredAt % TimeSpan.TicksPerSecond;
        });
        return people;
    }

    // Own and shared parts are independent and of variance 1 each, so that their mixture is too.
    private static void ShareTaste(Population people, int user, double share, ulong seed)
    {
        var region = RandomStream.For(seed, "taste of a region", people.Region[user]);
        var decade = RandomStream.For(seed, "taste of a decade", (ulong)(people.BirthYear[user] / 10));
        for (int dimension = 0; dimension < D; dimension++)
        {
            double shared = (region.NextGaussian() + decade.NextGaussian()) / Math.Sqrt(2);
            people.Taste[user * D + dimension] = (float)(Math.Sqrt(1 - share * share) * people.Taste[user * D + dimension] + share * shared);
        }
    }

    /// <summary>Mean 1.</summary>
    private static double LogNormal(ref RandomStream stream, double spread) =>
        Math.Exp(spread * stream.NextGaussian() - spread * spread / 2);
}
