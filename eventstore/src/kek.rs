//! The key-encryption key: the one secret that an operator keeps. It wraps every subject's key.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::contract::StoreError;
use crate::entropy::{Entropy, SystemEntropy};

/// The environment variable that holds the key itself, in place of a file.
pub const KEK_VARIABLE: &str = "SANGDAM_KEK";

/// A 32-byte key that wraps the subjects' keys. Never shown, and wiped from memory when dropped.
#[derive(Clone)]
pub struct Kek(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Kek {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kek(…)")
    }
}

impl Kek {
    /// The key with these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The key in `SANGDAM_KEK`, or else in the file at `path`: for a ledger that is there already.
    ///
    /// # Errors
    /// [`StoreError::Key`] where the variable or the file holds no key, the file is missing, or can be read by others.
    pub fn from_env_or_file(path: &Path) -> Result<Self, StoreError> {
        Self::from_env_or(|| Self::from_file(path))
    }

    /// The same for a ledger that is to be made: a missing file is created with mode 0600 and a new key.
    ///
    /// # Errors
    /// Those of [`Kek::from_env_or_file`], and where the file cannot be created.
    pub fn from_env_or_new_file(path: &Path) -> Result<Self, StoreError> {
        Self::from_env_or(|| Self::from_new_file(path))
    }

    fn from_env_or(file: impl FnOnce() -> Result<Self, StoreError>) -> Result<Self, StoreError> {
        match std::env::var(KEK_VARIABLE) {
            Ok(text) => Self::parse(&text).ok_or_else(|| {
                StoreError::Key(format!(
                    "{KEK_VARIABLE} must hold 32 bytes, as base64 or as 64 hexadecimal digits"
                ))
            }),
            Err(std::env::VarError::NotPresent) => file(),
            Err(std::env::VarError::NotUnicode(_)) => Err(StoreError::Key(format!(
                "{KEK_VARIABLE} is not text: expected base64 or hexadecimal digits"
            ))),
        }
    }

    /// Where the key lies unless told otherwise: `sangdam/kek` in the user's configuration folder
    /// (`$XDG_CONFIG_HOME`, or `~/.config`), apart from the data. `None` where there is no home.
    pub fn default_path() -> Option<PathBuf> {
        let set =
            |name| std::env::var_os(name).map(PathBuf::from).filter(|path: &PathBuf| path.is_absolute());
        set("XDG_CONFIG_HOME")
            .or_else(|| set("HOME").map(|home| home.join(".config")))
            .map(|config| config.join("sangdam").join("kek"))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn from_new_file(path: &Path) -> Result<Self, StoreError> {
        if !fs::exists(path).unwrap_or(true) {
            create(path).map_err(|e| {
                StoreError::Key(format!("the key file {} could not be created: {e}", path.display()))
            })?;
        }
        Self::from_file(path)
    }

    fn from_file(path: &Path) -> Result<Self, StoreError> {
        let failed = |e: std::io::Error| {
            let path = path.display();
            StoreError::Key(match e.kind() {
                ErrorKind::NotFound => format!(
                    "the key file {path} is missing. The ledger was made with a key that is nowhere else: put it back \
                    from your backup, or name it with --kek-file or {KEK_VARIABLE}"
                ),
                _ => format!("the key file {path} could not be read: {e}"),
            })
        };
        let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(StoreError::Key(format!(
                "the key file {path} can be read or written by others (mode {mode:03o}): run `chmod 600 {path}`",
                path = path.display(),
                mode = mode & 0o777
            )));
        }
        let text = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
        Self::parse(&text).ok_or_else(|| {
            StoreError::Key(format!(
                "the key file {} must hold 32 bytes, as base64 or as 64 hexadecimal digits",
                path.display()
            ))
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let bytes = Zeroizing::new(if text.len() == 64 {
            hex::decode(text).ok()?
        } else {
            STANDARD.decode(text).ok()?
        });
        Some(Self::from_bytes(bytes.as_slice().try_into().ok()?))
    }
}

/// Writes a new key aside and links it into place, so that of two processes that start at once both read the same.
fn create(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let suffix = SystemEntropy.derive(b"file name");
    let aside = folder.join(format!(".kek-{}", hex::encode(&suffix[..8])));
    let key = Zeroizing::new(SystemEntropy.derive(b"kek"));
    let text = Zeroizing::new(STANDARD.encode(*key));
    let written = (|| {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        match fs::hard_link(&aside, path) {
            Err(e) if e.kind() != ErrorKind::AlreadyExists => Err(e),
            _ => Ok(()),
        }
    })();
    fs::remove_file(&aside).or(Ok::<(), std::io::Error>(()))?;
    written?;
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_is_private_and_gives_the_same_key_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/kek");
        let missing = Kek::from_file(&path).unwrap_err().to_string();
        assert!(missing.contains("is missing") && !path.exists(), "{missing}");
        let first = Kek::from_new_file(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Kek::from_new_file(&path).unwrap().bytes(), first.bytes());
        assert_eq!(Kek::from_file(&path).unwrap().bytes(), first.bytes());
        assert_eq!(fs::read_dir(dir.path().join("a/b")).unwrap().count(), 1, "nothing is left aside");
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kek");
        Kek::from_new_file(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = Kek::from_file(&path).unwrap_err().to_string();
        assert!(error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("kek");
        Kek::from_new_file(&path).unwrap();
        for bad in ["", "short", &"g".repeat(64), &"ab".repeat(31)] {
            fs::write(&path, bad).unwrap();
            assert!(Kek::from_file(&path).is_err(), "{bad}");
        }
        fs::write(&path, "ab".repeat(32)).unwrap();
        assert_eq!(Kek::from_file(&path).unwrap().bytes(), &[0xab; 32]);
    }
}
