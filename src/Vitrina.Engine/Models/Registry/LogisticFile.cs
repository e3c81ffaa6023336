using Vitrina.Engine.Models.Linear;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Files;

namespace Vitrina.Engine.Models.Registry;

/// <summary>The bytes of a linear model: intercept, then each feature's encoding.</summary>
internal static class LogisticFile
{
    // "VLGM" as little-endian bytes.
    internal const uint Magic = 0x4D474C56;
    private const ushort Version = 1;

    // Name length, flag, six doubles and a float: what the shortest feature takes.
    private const int SmallestFeatureBytes = 1 + 1 + (6 * 8) + 4;

    public static void Write(string path, LogisticModel model)
    {
        ByteWriter writer = new();
        writer.WriteDouble(model.Intercept);
        writer.WriteVarUInt((ulong)model.Features.Count);
        foreach (LogisticFeature feature in model.Features)
        {
            writer.WriteString(feature.Name);
            writer.WriteByte(feature.LogScale ? (byte)1 : (byte)0);
            writer.WriteDouble(feature.Low);
            writer.WriteDouble(feature.High);
            writer.WriteDouble(feature.Mean);
            writer.WriteDouble(feature.Scale);
            writer.WriteDouble(feature.Weight);
            writer.WriteDouble(feature.MissingWeight);
            writer.WriteSingle(feature.FixedAtServing ?? float.NaN);
        }

        ChecksummedFile.Write(path, Magic, Version, stream => stream.Write(writer.Written));
    }

    public static LogisticModel Read(string path)
    {
        byte[] bytes = ChecksummedFile.Read(path, Magic, out _, Version);
        try
        {
            return Parse(bytes);
        }
        catch (Exception error) when (error is CodecException or ArgumentException)
        {
            // The checksum holds, so this was written by something that is not this code.
            throw new DamagedFileException(path, error.Message);
        }
    }

    private static LogisticModel Parse(byte[] bytes)
    {
        ByteReader reader = new(bytes);
        double intercept = reader.ReadDouble();
        LogisticFeature[] features = new LogisticFeature[reader.ReadCount(SmallestFeatureBytes)];
        for (int f = 0; f < features.Length; f++)
        {
            features[f] = new LogisticFeature
            {
                Name = reader.ReadString(),
                LogScale = reader.ReadByte() != 0,
                Low = reader.ReadDouble(),
                High = reader.ReadDouble(),
                Mean = reader.ReadDouble(),
                Scale = reader.ReadDouble(),
                Weight = reader.ReadDouble(),
                MissingWeight = reader.ReadDouble(),
                FixedAtServing = reader.ReadSingle() is var value && float.IsNaN(value) ? null : value,
            };
        }

        return new LogisticModel(intercept, features);
    }
}
