using System.Security.Cryptography;
using Vitrina.Engine.Models.Linear;

namespace Vitrina.Engine.Models.Registry;

/// <summary>The bytes of a linear model: intercept, then each feature's encoding.</summary>
internal static class LogisticFile
{
    private const ushort Version = 1;

    public static void Write(string path, LogisticModel model)
    {
        using MemoryStream memory = new();
        WriteModel(memory, model);
        using FileStream stream = new(path, FileMode.Create, FileAccess.Write);
        stream.Write(SHA256.HashData(memory.ToArray()));
        stream.Write(memory.ToArray());
        stream.Flush(flushToDisk: true);
    }

    public static LogisticModel Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length < 32 || !SHA256.HashData(bytes.AsSpan(32)).AsSpan().SequenceEqual(bytes.AsSpan(0, 32)))
        {
            throw new InvalidDataException($"'{path}' is damaged.");
        }

        using MemoryStream memory = new(bytes, 32, bytes.Length - 32);
        return ReadModel(memory);
    }

    private static void WriteModel(Stream stream, LogisticModel model)
    {
        using BinaryWriter writer = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(Version);
        writer.Write(model.Intercept);
        writer.Write(model.Features.Count);
        foreach (LogisticFeature feature in model.Features)
        {
            writer.Write(feature.Name);
            writer.Write(feature.LogScale);
            writer.Write(feature.Low);
            writer.Write(feature.High);
            writer.Write(feature.Mean);
            writer.Write(feature.Scale);
            writer.Write(feature.Weight);
            writer.Write(feature.MissingWeight);
            writer.Write(feature.FixedAtServing ?? float.NaN);
        }
    }

    private static LogisticModel ReadModel(Stream stream)
    {
        using BinaryReader reader = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        ushort version = reader.ReadUInt16();
        if (version > Version)
        {
            throw new InvalidDataException($"The model is of version {version}; this program reads up to {Version}.");
        }

        double intercept = reader.ReadDouble();
        LogisticFeature[] features = new LogisticFeature[reader.ReadInt32()];
        for (int f = 0; f < features.Length; f++)
        {
            features[f] = new LogisticFeature
            {
                Name = reader.ReadString(),
                LogScale = reader.ReadBoolean(),
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
