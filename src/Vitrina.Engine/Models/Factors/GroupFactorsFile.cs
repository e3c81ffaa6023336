using System.Runtime.InteropServices;
using System.Text;
using Vitrina.Kernels.Files;

namespace Vitrina.Engine.Models.Factors;

/// <summary>The bytes of factors and links of groups: names, the factors with what folding in needs, links.</summary>
public static class GroupFactorsFile
{
    // "VGFA" as little-endian bytes.
    internal const uint Magic = 0x41464756;
    private const ushort Version = 1;
    private const int MaxSize = 1 << 24;

    /// <summary>Writes what was learned.</summary>
    public static void Write(string path, GroupFactors model)
    {
        ArgumentNullException.ThrowIfNull(model);
        ChecksummedFile.Write(path, Magic, Version, stream =>
        {
            using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
            writer.Write(model.Groups.Count);
            writer.Write(model.Factors.Dimensions);
            writer.Write(model.LinkTargets.Length);
            foreach (double number in new[] { model.Factors.Unobserved, model.Factors.Ridge, model.Factors.RidgeExponent })
            {
                writer.Write(number);
            }

            foreach (string group in model.Groups)
            {
                writer.Write(group);
            }

            writer.Write(MemoryMarshal.AsBytes(model.Factors.Items.AsSpan()));
            writer.Write(MemoryMarshal.AsBytes(model.LinkStarts.AsSpan()));
            writer.Write(MemoryMarshal.AsBytes(model.LinkTargets.AsSpan()));
            writer.Write(MemoryMarshal.AsBytes(model.LinkWeights.AsSpan()));
        });
    }

    /// <summary>Reads what was learned.</summary>
    /// <exception cref="DamagedFileException">The file is cut short, changed, of a newer version, or holds no factors.</exception>
    public static GroupFactors Read(string path)
    {
        using Stream stream = ChecksummedFile.OpenVerified(path, Magic, out _, Version);
        using BinaryReader reader = new(stream, Encoding.UTF8);
        try
        {
            int groups = ReadSize(reader), dimensions = ReadSize(reader), links = ReadSize(reader);
            double unobserved = reader.ReadDouble(), ridge = reader.ReadDouble(), exponent = reader.ReadDouble();
            string[] names = [.. Enumerable.Range(0, groups).Select(_ => reader.ReadString())];
            FactorModel factors = new(ReadArray<float>(stream, (long)groups * dimensions), dimensions, unobserved, ridge, exponent);
            return new GroupFactors(names, factors, ReadArray<int>(stream, groups + 1L), ReadArray<int>(stream, links), ReadArray<float>(stream, links));
        }
        catch (Exception error) when (error is EndOfStreamException or ArgumentException or FormatException)
        {
            // The checksum holds, so this was written by something that is not this code.
            throw new DamagedFileException(path, error.Message);
        }
    }

    private static int ReadSize(BinaryReader reader) => reader.ReadInt32() is >= 0 and <= MaxSize and var size ? size : throw new ArgumentException("a size is out of range");

    private static T[] ReadArray<T>(Stream stream, long length)
        where T : unmanaged
    {
        T[] array = new T[checked((int)length)];
        stream.ReadExactly(MemoryMarshal.AsBytes(array.AsSpan()));
        return array;
    }
}
